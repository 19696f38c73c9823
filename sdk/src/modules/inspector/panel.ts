import type { Beckon } from '../../api.ts';
import type { Consent } from '../../consent.ts';
import { VERSION } from '../../context.ts';
import type { Item } from '../../message.ts';
import type { Options } from '../../options.ts';
import { codeLine, element } from './element.ts';
import { type Record, type Row, stateOf } from './record.ts';
import { STEPS, type Step, TITLES, todoFor } from './steps.ts';
import { sheet } from './style.ts';
import { amount, consentWords } from './words.ts';

const CORNERS = ['bottom-end', 'bottom-start', 'top-start', 'top-end'] as const;

/** Where the panel stands, and whether it is only its bar. */
export interface Place {
  corner: number;
  small: boolean;
}

export interface PanelCalls {
  place: Place | undefined;
  host: Options;
  moved(place: Place): void;
  test(test: boolean): void;
  closed(): void;
}

export interface Panel {
  draw(record: Record, consent: Consent | undefined, beckon: Pick<Beckon, 'cart' | 'anonymousId'>): void;
}

const STEP_WORDS = {
  done: 'arrived',
  delivered: 'arrived',
  waiting: 'made, not delivered yet',
  refused: 'refused',
  missing: 'not seen yet',
};
const ROW_WORDS = { delivered: 'delivered', waiting: 'waiting', refused: 'refused' };

/**
 * The panel, in a shadow root of its own and in the top layer, which neither the page's styles nor its headers reach. It
 * never takes the focus, and a click ends it.
 */
export function openPanel({
  place = { corner: 0, small: false },
  host,
  moved,
  test,
  closed,
}: PanelCalls): Panel {
  let at = place;
  const outer = element('div', { 'data-beckon': 'inspector', popover: 'manual' });
  const root = outer.attachShadow({ mode: 'open' });
  root.adoptedStyleSheets = [sheet()];

  const light = element('span', { class: 'light', 'aria-hidden': 'true' });
  const name = element('span', { class: 'site' });
  const count = element('span', { class: 'count' });
  const button = (label: string, sign: string, act: () => void) =>
    element('button', { type: 'button', class: 'tool', 'aria-label': label, title: label, click: act }, sign);
  const fold = button('Fold', '–', () => set({ ...at, small: !at.small }));
  const move = button('Move to another corner', '⤢', () =>
    set({ ...at, corner: (at.corner + 1) % CORNERS.length }),
  );
  const close = button('Close the inspector', '×', () => {
    outer.remove();
    closed();
  });
  const body = element('div', { class: 'body' });
  const panel = element(
    'section',
    { class: 'panel', 'aria-label': 'Beckon inspector', lang: 'en', dir: 'ltr' },
    element('header', {}, light, element('strong', {}, 'Beckon'), name, count, move, fold, close),
    body,
  );
  root.append(panel);

  const notice = element('div');
  const steps = element('ul', { class: 'steps' });
  const problems = element('ul', { class: 'problems' });
  const campaigns = section('Campaigns', true);
  const events = section('Events', true);
  const cart = section('Cart', false);
  const visitor = section('Visitor and consent', false);
  const tag = section('Tag', false);
  body.append(notice, steps, problems, campaigns.box, events.box, cart.box, visitor.box, tag.box);
  const tester = element('input', {
    type: 'checkbox',
    change: () => test(tester.checked),
  });

  function set(next: Place) {
    at = next;
    moved(at);
    arrange();
  }
  function arrange() {
    outer.dataset.corner = CORNERS[at.corner] ?? CORNERS[0];
    body.hidden = at.small;
    fold.textContent = at.small ? '+' : '–';
    fold.ariaLabel = fold.title = at.small ? 'Unfold' : 'Fold';
    fold.setAttribute('aria-expanded', String(!at.small));
  }
  arrange();
  // Not in the body, which frameworks render anew.
  document.documentElement.append(outer);
  try {
    outer.showPopover();
  } catch {
    // A browser without popovers: it is fixed in its place all the same.
  }

  /** What was drawn last of each part: what has not changed stays, with what is open and focused in it. */
  const drawn = new Map<Element, string>();
  function fill(box: HTMLElement, about: unknown, make: () => (Node | string)[]) {
    const key = JSON.stringify(about);
    if (drawn.get(box) === key) return;
    drawn.set(box, key);
    box.replaceChildren(...make());
  }
  const rows = new Map<string, { about: string; item: HTMLElement }>();

  return {
    draw(record, consent, beckon) {
      const { answer } = record;
      const states = STEPS.map((step) => stateOf(record, step));
      const done = states.filter((state) => state === 'done').length;
      const bad = record.problems.length > 0 || record.failure !== undefined;
      light.dataset.tone = bad ? 'bad' : done === STEPS.length ? 'good' : 'wait';
      name.textContent = answer?.site.name ?? '';
      count.textContent = `${done} of ${STEPS.length}`;

      fill(notice, [record.failure, answer?.visitor, consent, beckon.anonymousId()], () =>
        noticesOf(record, beckon.anonymousId()).map((text) => element('p', { class: 'notice' }, text)),
      );
      const isTag = typeof (window as { beckon?: unknown }).beckon === 'function';
      const open = STEPS[states.findIndex((state) => state !== 'done')];
      fill(steps, states, () =>
        STEPS.map((step, place) => stepItem(step, states[place] ?? 'missing', step === open, host, isTag)),
      );
      fill(problems, record.problems, () =>
        record.problems.map(({ text, advice, times }) =>
          element(
            'li',
            {},
            element('b', {}, times > 1 ? `${text} (${times}×)` : text),
            advice && ` ${advice}`,
          ),
        ),
      );

      const shown = answer?.campaigns ?? [];
      const popups = [...record.popups];
      campaigns.title.textContent = `Campaigns ${shown.length || ''}`;
      fill(campaigns.content, [shown, popups, answer?.draft], () => campaignParts(record));

      events.title.textContent = `Events ${record.rows.length || ''}`;
      drawRows(record.rows);

      const page = beckon.cart.get();
      fill(cart.content, [page, answer?.cart], () => [
        ...cartPart('This page', page.items, page.currency),
        ...(answer ? cartPart('Collector', answer.cart.items, answer.cart.currency) : []),
        element(
          'p',
          { class: 'note' },
          'The page knows what cart calls have told it; the collector reads add_to_cart and other events as well.',
        ),
      ]);

      if (answer) tester.checked = answer.visitor.test;
      const { consent: told } = answer ?? {};
      const facts: [string, string][] = [
        ['Device', beckon.anonymousId() ?? 'none: nothing is stored without consent'],
        ['Consent here', consentWords(consent)],
        [
          'At the collector',
          told
            ? consentWords({ analytics: told.analytics ?? undefined, marketing: told.marketing ?? undefined })
            : 'not known',
        ],
      ];
      fill(visitor.content, facts, () => [
        list(facts),
        element('label', { class: 'test' }, tester, ' Test visitor: no caps, no holdout, in no report'),
      ]);
      const parts: [string, string][] = [
        ['SDK', VERSION],
        ['Write key', host.writeKey],
        ['Collector', host.endpoint],
        ['Site', answer ? `${answer.site.name} (${answer.site.id})` : 'not known'],
      ];
      fill(tag.content, parts, () => [list(parts)]);
    },
  };

  /** Rows stay the same elements, so that one that is open stays open. */
  function drawRows(all: readonly Row[]) {
    const about = (row: Row) => JSON.stringify([row.state, row.reason, row.fields]);
    const items = all.map((row) => {
      const known = rows.get(row.id);
      if (known?.about === about(row)) return known.item;
      const item = rowItem(row, known?.item.querySelector('details')?.open ?? false);
      rows.set(row.id, { about: about(row), item });
      return item;
    });
    const ids = new Set(all.map(({ id }) => id));
    for (const id of rows.keys()) if (!ids.has(id)) rows.delete(id);
    const [list] = events.content.children;
    const same =
      list?.children.length === items.length && items.every((item, place) => list.children[place] === item);
    if (items.length === 0)
      fill(events.content, 'none', () => [element('p', { class: 'note' }, 'Nothing has been told yet.')]);
    else if (!same) {
      drawn.delete(events.content);
      events.content.replaceChildren(element('ul', { class: 'rows' }, ...items));
    }
  }
}

function section(title: string, open: boolean) {
  const heading = element('span', {}, title);
  const content = element('div', { class: 'content' });
  const box = element('details', { open }, element('summary', {}, heading), content);
  return { box, title: heading, content };
}

function list(facts: [string, string][]) {
  return element(
    'dl',
    {},
    ...facts.flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, value)]),
  );
}

function noticesOf({ failure, answer }: Record, anonymousId: string | undefined): string[] {
  if (!anonymousId) return ['Nothing is stored or sent: the visitor has not consented yet, or has declined.'];
  if (failure !== undefined) return [failure];
  return answer?.visitor.withheld
    ? [
        'This visitor is a known person, and this browser has not shown yet that it is theirs. Load the page again.',
      ]
    : [];
}

function stepItem(step: Step, state: keyof typeof STEP_WORDS, open: boolean, host: Options, isTag: boolean) {
  const line = [
    element(
      'span',
      { class: 'mark', 'aria-hidden': 'true' },
      state === 'done' ? '✓' : state === 'refused' ? '!' : '',
    ),
    element('b', {}, TITLES[step]),
    element('span', { class: 'state' }, STEP_WORDS[state]),
  ];
  if (state === 'done')
    return element(
      'li',
      { 'data-step': step, 'data-state': state },
      element('div', { class: 'line' }, ...line),
    );
  const { text, code } = todoFor(step, host, isTag);
  return element(
    'li',
    { 'data-step': step, 'data-state': state },
    element(
      'details',
      { open },
      element('summary', { class: 'line' }, ...line),
      element('p', {}, text),
      codeLine(code),
    ),
  );
}

function campaignParts({ answer, popups }: Record): Node[] {
  if (!answer) return [element('p', { class: 'note' }, 'Not known yet.')];
  const { draft, campaigns } = answer;
  const faults = (draft?.problems ?? []).map(({ severity, pointer, message }) =>
    element(
      'li',
      { 'data-severity': severity },
      element('b', {}, severity),
      ` ${pointer && `${pointer}: `}${message}`,
    ),
  );
  const head = draft && [
    element(
      'p',
      {},
      'This link shows the draft ',
      element('b', {}, `“${draft.name ?? draft.id}”`),
      faults.length ? '.' : ', which has no faults.',
    ),
    element('ul', { class: 'problems' }, ...faults),
  ];
  const items = campaigns.map(({ id, name, status, gate, because, open, gates }) =>
    element(
      'li',
      { 'data-campaign': id, 'data-open': String(gate === null) },
      element(
        'div',
        {},
        element('b', {}, name),
        status !== 'live' && element('span', { class: 'chip' }, status),
        element('span', { class: 'chip gate', title: `${open} of ${gates} gates are open` }, gate ?? 'open'),
      ),
      element('span', { class: 'because' }, because),
      popups.has(id) && element('span', { class: 'popup' }, `On this page: ${popups.get(id)}`),
    ),
  );
  return [
    ...(head ?? []),
    items.length
      ? element('ul', { class: 'campaigns' }, ...items)
      : element(
          'p',
          { class: 'note' },
          answer.visitor.known
            ? 'No campaign is published.'
            : 'The collector has not heard of this visitor yet.',
        ),
    ...(items.length ? [element('p', { class: 'note' }, 'As if the last event happened again now.')] : []),
  ];
}

function rowItem({ name, at, fields, state, reason }: Row, open: boolean) {
  const time = new Date(at);
  return element(
    'li',
    { 'data-event': name, 'data-state': state },
    element(
      'details',
      { open },
      element(
        'summary',
        {},
        element('time', {}, Number.isNaN(time.valueOf()) ? '' : time.toTimeString().slice(0, 8)),
        element('b', {}, name),
        element('span', { class: 'state' }, ROW_WORDS[state]),
      ),
      reason && element('p', { class: 'reason' }, reason),
      element('pre', { tabindex: '0', 'aria-label': `Fields of ${name}` }, JSON.stringify(fields, null, 2)),
    ),
    state === 'refused' && reason ? element('p', { class: 'reason short' }, reason) : null,
  );
}

function cartPart(title: string, items: readonly Item[], currency: string | null): Node[] {
  const sum = items.reduce((all, { price = 0, quantity = 1 }) => all + price * quantity, 0);
  return [
    element('h3', {}, `${title}: ${items.length ? amount(sum, currency) : 'empty'}`),
    element(
      'ul',
      { class: 'lines' },
      ...items.map(({ item_id, item_name, item_variant, price, quantity = 1 }) =>
        element(
          'li',
          {},
          `${quantity} × ${item_name ?? item_id ?? ''}${item_variant ? ` (${item_variant})` : ''}`,
          price !== undefined && element('span', {}, amount(price, currency)),
        ),
      ),
    ),
  ];
}
