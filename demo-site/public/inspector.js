/**
 * The bar at the foot of each page: what Beckon sent, what the collector answered, and why.
 * Part of the demo, not of the SDK; it only uses the public events `delivery`, `error` and `message`.
 */

import { element } from '/element.js';
import { clock, describe } from '/in-few-words.js';
import { refreshWhy, why } from '/inspector-why.js';

const KEY = 'tarn.inspector';
const KEPT_MESSAGES = 30;

/**
 * @typedef {{ time: string, label: string, detail: string, id: string, refused?: string }} SentMessage
 * @typedef {{ time: string, kind: 'delivery', tone: 'good' | 'bad' | 'wait', answer: string, armed: string[],
 *   messages: SentMessage[] }} Delivery
 * @typedef {{ time: string, kind: 'note', tone: 'good' | 'bad' | 'wait', label: string, detail: string }} Note
 */

/** @type {{ open: boolean, sent: number, refused: number, pending: string[], anonymousId: string | null,
 *   userId: string | null, email: string | null, entries: (Delivery | Note)[] }} */
const state = {
  open: false,
  sent: 0,
  refused: 0,
  pending: [],
  anonymousId: null,
  userId: null,
  email: null,
  entries: [],
  ...JSON.parse(sessionStorage.getItem(KEY) ?? '{}'),
};
let silent = false;

/* ---- What came in ---- */

function delivered({ sent: batch, status, answer }) {
  const sent = batch.map((json) => JSON.parse(json));
  const rejected = answer?.rejected ?? [];
  const confirmed = status >= 200 && status < 300;
  for (const { messageId, anonymousId, userId, traits, properties } of sent) {
    if (!state.pending.includes(messageId)) state.sent += 1;
    state.pending = state.pending.filter((id) => id !== messageId);
    if (!confirmed) state.pending.push(messageId);
    if (anonymousId && anonymousId !== state.anonymousId) state.userId = state.email = null;
    state.anonymousId = anonymousId ?? state.anonymousId;
    state.userId = userId ?? state.userId;
    state.email = traits?.email ?? properties?.email ?? state.email;
  }
  state.refused += rejected.length;
  add({
    kind: 'delivery',
    tone: rejected.length ? 'bad' : confirmed ? 'good' : 'wait',
    answer: [
      status ? `${status}` : 'no answer',
      confirmed ? rejected.length && `${rejected.length} rejected` : 'kept, will be sent again',
    ]
      .filter(Boolean)
      .join(' · '),
    armed: (answer?.messages ?? []).map(({ campaign }) => campaign),
    messages: sent.map((message) => ({
      id: message.messageId,
      time: clock(message.timestamp),
      label: message.event ?? message.type,
      detail: describe(message),
      refused: rejected.find(({ messageId }) => messageId === message.messageId)?.code,
    })),
  });
}

function add(entry) {
  state.entries.unshift({ time: clock(), ...entry });
  let messages = 0;
  state.entries = state.entries.filter((candidate) => {
    messages += candidate.messages?.length || 1;
    return candidate === state.entries[0] || messages <= KEPT_MESSAGES;
  });
  save();
  render();
}

function save() {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(state));
  } catch {
    state.entries.length = Math.ceil(state.entries.length / 2); // the storage is full: history may go
  }
}

function summary() {
  const { sent, refused, pending } = state;
  if (sent === 0) return silent ? 'the collector does not answer' : 'waiting for the first message';
  if (pending.length) return `${sent} sent, ${pending.length} waiting for an answer`;
  return `${sent} sent, ${refused ? `${refused} rejected` : 'all confirmed'}`;
}

/* ---- What is seen ---- */

const light = element('span', { class: 'inspector-light', 'aria-hidden': 'true' });
const text = element('span', { 'data-testid': 'inspector-summary' });
const last = element('span', { class: 'inspector-last' });
const toggle = element(
  'button',
  {
    type: 'button',
    class: 'inspector-bar',
    'aria-controls': 'inspector-panel',
    'data-testid': 'inspector-toggle',
    click: () => {
      state.open = !state.open;
      save();
      render();
    },
  },
  light,
  element('strong', {}, 'Beckon:'),
  text,
  last,
  element('span', { class: 'inspector-arrow', 'aria-hidden': 'true' }),
);
const person = element('div', { class: 'inspector-person' });
const list = element('ol', { class: 'inspector-list', 'data-testid': 'inspector-messages' });
const panel = element(
  'div',
  {
    id: 'inspector-panel',
    class: 'inspector-panel',
    tabindex: 0,
    role: 'region',
    'aria-label': 'What Beckon does',
  },
  person,
  element('div', { class: 'inspector-columns' }, why, list),
);

function deliveryRow({ time, tone, answer, armed, messages }) {
  return element(
    'li',
    { class: 'inspector-delivery', 'data-tone': tone },
    element(
      'p',
      { class: 'inspector-answer', 'data-testid': 'inspector-answer' },
      element('time', {}, time),
      element('span', { class: 'inspector-tag' }, answer),
      ...armed.map((campaign) => element('span', { class: 'inspector-tag armed' }, `popup: ${campaign}`)),
    ),
    element(
      'ul',
      {},
      ...messages.map(({ id, time: at, label, detail, refused }) =>
        element(
          'li',
          { 'data-testid': 'inspector-message', 'data-event': label, 'data-message-id': id },
          element('time', {}, at),
          element('strong', {}, label),
          element('span', {}, refused ? `rejected: ${refused}` : detail),
        ),
      ),
    ),
  );
}

function noteRow({ time, tone, label, detail }) {
  return element(
    'li',
    { class: 'inspector-delivery', 'data-tone': tone, 'data-testid': 'inspector-note' },
    element(
      'p',
      { class: 'inspector-answer' },
      element('time', {}, time),
      element('span', { class: 'inspector-tag' }, label),
      element('span', {}, detail),
    ),
  );
}

function personRow() {
  const { anonymousId, userId, email } = state;
  // A user id says more than an e-mail, which nobody has proven.
  const name = userId ?? email;
  if (!anonymousId) return ['Nothing has been sent yet.'];
  const copy = element(
    'button',
    {
      type: 'button',
      'data-testid': 'inspector-copy',
      'aria-label': 'Copy the anonymous id',
      click: async () => {
        try {
          await navigator.clipboard.writeText(anonymousId);
          copy.textContent = 'Copied';
        } catch {
          copy.textContent = 'Not allowed';
        }
      },
    },
    'Copy',
  );
  return [
    'This device ',
    element(
      'code',
      { title: anonymousId, 'data-testid': 'inspector-anonymous-id', 'data-anonymous-id': anonymousId },
      anonymousId.length > 16 ? `${anonymousId.slice(0, 8)}…${anonymousId.slice(-4)}` : anonymousId,
    ),
    copy,
    ...(name ? [' Person ', element('code', {}, name)] : []),
  ];
}

function render() {
  const latest = state.entries.find(({ kind }) => kind === 'delivery');
  light.dataset.tone = silent || state.refused ? 'bad' : state.pending.length ? 'wait' : 'good';
  if (state.sent === 0 && !silent) light.dataset.tone = 'wait';
  text.textContent = summary();
  last.textContent = latest
    ? `${latest.messages.map(({ label }) => label).join(', ')} → ${latest.answer}${latest.armed.length ? ` · popup: ${latest.armed.join(', ')}` : ''}`
    : '';
  toggle.setAttribute('aria-expanded', String(state.open));
  panel.hidden = !state.open;
  document.documentElement.toggleAttribute('data-inspector-open', state.open);
  if (!state.open) return;
  refreshWhy(state.anonymousId);
  person.replaceChildren(...personRow());
  list.replaceChildren(
    ...state.entries.map((entry) => (entry.kind === 'delivery' ? deliveryRow(entry) : noteRow(entry))),
  );
}

document.body.append(
  element(
    'section',
    { class: 'inspector', 'aria-label': 'Beckon inspector', 'data-testid': 'inspector' },
    toggle,
    panel,
  ),
);
render();

beckon('on', 'delivery', delivered);
beckon('on', 'error', ({ code, message }) =>
  add({ kind: 'note', tone: 'bad', label: `error: ${code}`, detail: message }),
);
beckon('on', 'message', ({ phase, popup, reason, action, how }) => {
  if (phase !== 'armed' && phase !== 'show')
    // the answer, or `shown`, says the same
    add({
      kind: 'note',
      tone: phase === 'refused' ? 'wait' : 'good',
      label: `popup ${phase}`,
      detail: [popup.campaign, reason, action, how].filter(Boolean).join(' · '),
    });
});

// The load event waits for the async SDK script: if it has not come by then, it will not come.
addEventListener('load', () => {
  silent = typeof beckon.track !== 'function';
  render();
});
