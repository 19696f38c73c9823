/** The inspector's table of campaigns: what stops each of them for the visitor of this browser. */

import { element } from '/element.js';

/** Several reasons to ask come at once: an answer, and the popup that it brought. ms */
const PATIENCE = 250;
/** What is true only for a while, such as the gap between two popups, is asked again. ms */
const AGAIN = 5_000;

const rows = element('tbody');
const table = element(
  'table',
  { 'data-testid': 'inspector-why' },
  element('caption', {}, element('strong', {}, 'Why, or why not?'), ' If the last event happened again now'),
  element(
    'thead',
    {},
    element(
      'tr',
      {},
      ...['Campaign', 'Gate', 'What stops it'].map((name) => element('th', { scope: 'col' }, name)),
    ),
  ),
  rows,
);
const tester = element('input', {
  type: 'checkbox',
  'data-testid': 'inspector-test-visitor',
  'aria-describedby': 'inspector-test-what',
  change: () => ask({ method: 'PUT', body: JSON.stringify({ test: tester.checked }) }),
});
export const why = element(
  'div',
  { class: 'inspector-why', hidden: true },
  table,
  element(
    'p',
    { class: 'inspector-tester' },
    element('label', {}, tester, ' Make me a test visitor'),
    element('span', { id: 'inspector-test-what' }, 'No caps, no holdout, in no report.'),
  ),
);

let visitor = null;
let asked = 0;
let timer;

/** @param {string | null} anonymousId - the visitor of this browser, once there is one */
export function refreshWhy(anonymousId) {
  visitor = anonymousId;
  clearTimeout(timer);
  timer = setTimeout(ask, PATIENCE);
}

/** @param {RequestInit} [change] */
async function ask(change = {}) {
  clearTimeout(timer);
  if (!visitor || !why.isConnected) return;
  const turn = ++asked;
  let answer;
  try {
    const response = await fetch(`/inspector/visitor?id=${encodeURIComponent(visitor)}`, {
      ...change,
      headers: { 'Content-Type': 'application/json' },
    });
    answer = response.ok ? await response.json() : null;
  } catch {
    answer = null; // the shop is away, or this page is going
  }
  // A later question has the newer answer.
  if (turn === asked) show(answer);
}

function show(answer) {
  why.hidden = !answer?.known;
  if (why.hidden) return;
  tester.checked = answer.test;
  rows.replaceChildren(...answer.campaigns.map(row));
  if (answer.campaigns.some(({ gate }) => gate === 'priority')) timer = setTimeout(ask, AGAIN);
}

function row({ id, name, gate, because, open, gates }) {
  return element(
    'tr',
    { 'data-campaign': id, 'data-gate': gate ?? 'none' },
    element('th', { scope: 'row', title: name }, id),
    element(
      'td',
      {},
      element(
        'span',
        { class: 'inspector-gate', title: `${open} of ${gates} gates are open` },
        gate ?? 'open',
      ),
    ),
    element('td', {}, because),
  );
}
