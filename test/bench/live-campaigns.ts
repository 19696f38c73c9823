/** What a busy shop has published: 200 campaigns and ten segments, of which few concern any one visitor. */

/** Their rules are true of the bench's visitors: one in so many. */
const MATCHING = 20;
/** Different facts; campaigns share them. */
const FACTS = 60;

const EVENTS = ['view_item', 'add_to_cart', 'purchase', 'page_view', 'search', 'begin_checkout'];
const WINDOWS = [{}, { within: 'P1D' }, { within: 'P7D' }, { within: 'P30D' }, { within: 'PT30M' }];
const ENTRIES = [
  { on: 'event', event: 'page_view' },
  { on: 'event', event: 'view_item' },
  { on: 'event', event: 'add_to_cart' },
  { on: 'event', event: 'begin_checkout' },
  { on: 'event', event: 'search' },
  { on: 'event', event: 'purchase' },
  { on: 'event', event: 'view_item', where: { '>': [{ var: 'value' }, 100] } },
  { on: 'segment', segment: 'segment-3' },
  { on: 'any' },
  { on: 'any' },
];
const PAGES = [
  {},
  { include: [{ path: '/products/*' }] },
  { include: [{ path: '/products/*' }, { path: '/collections/*' }], exclude: [{ path: '/products/gift*' }] },
  { include: [{ path: '/' }, { path: '/sale/*' }] },
];
const SCHEDULES = [
  {},
  { days: [1, 2, 3, 4, 5], hours: [['08:00', '20:00']] },
  { start: '2026-01-01T00:00', end: '2099-01-01T00:00' },
  { hours: [['22:00', '06:00']], timezone: 'site' },
];

/** A draft as the API takes it. */
interface Draft {
  id: string;
  [setting: string]: unknown;
}

export function liveCampaigns(count: number): Draft[] {
  return Array.from({ length: count }, (_, i) => (i % MATCHING === 0 ? matching(i) : passing(i)));
}

export function liveSegments(count: number): Draft[] {
  return Array.from({ length: count }, (_, i) => {
    const { rule, facts } = audience(i, i % 2 === 0 ? null : i % 6);
    return { id: `segment-${i}`, name: `Segment ${i}`, audience: { rule, facts } };
  });
}

/** A campaign that declares a fact which nothing else declares. */
export function withNewFact(name: string): Draft {
  const rare = { agg: 'sum', event: 'view_item', prop: 'value', where: { '!==': [{ var: 'brand' }, name] } };
  return {
    ...common(name, 0, 1),
    audience: { rule: { '<': [{ var: 'facts.rare' }, 0] }, facts: { rare } },
  };
}

/** Arms when nothing more important does, until it was shown. The least important ones, so that all others are asked. */
function matching(i: number): Draft {
  return { ...common(`campaign-${i}`, i, 400 - i), audience: audience(i, null) };
}

/** One of its six conditions does not hold; which one differs from campaign to campaign. */
function passing(i: number): Draft {
  return {
    ...common(`campaign-${i}`, i, 500),
    audience: audience(i, i % 6),
    page: PAGES[i % PAGES.length],
    schedule: SCHEDULES[(i >> 2) % SCHEDULES.length],
    entry: ENTRIES[(i >> 1) % ENTRIES.length],
    exits: i % 3 === 0 ? [{ event: 'purchase' }] : [],
    holdout: { percent: i % 5 === 0 ? 10 : 0 },
    suppress: i % 4 === 0 ? { segments: [`segment-${1 + 2 * (i % 5)}`], ifConvertedWithin: 'P30D' } : {},
  };
}

function common(id: string, i: number, priority: number) {
  const content = {
    en: { kind: 'modal', blocks: [{ type: 'heading', text: 'Hello {{ visitor.traits.name }}' }] },
  };
  const variants = ['a', 'b'].slice(0, 1 + (i % 3 === 0 ? 1 : 0)).map((key) => ({ key, weight: 1, content }));
  return {
    id,
    name: id,
    tags: [`tag-${i % 8}`],
    priority,
    cap: { perSession: 1, perDays: { n: 3, days: 7 }, afterDismissDays: 14 },
    steps: [{ id: 'm', type: 'message', channel: 'popup', variants }],
  };
}

/** Six conditions: the cart, the session, a trait, two facts, and the time or the items. */
function audience(i: number, failing: number | null) {
  const facts = { first: fact(i * 7), second: fact(i * 11 + 3) };
  const conditions = [
    { '>=': [{ var: 'cart.value' }, failing === 0 ? 1e9 : 20] },
    { '>=': [{ var: 'session.pageViews' }, failing === 1 ? 1e6 : 1] },
    { '===': [{ var: 'visitor.traits.plan' }, failing === 2 ? 'silver' : 'gold'] },
    { '>=': [{ var: 'facts.first' }, failing === 3 ? 1e9 : 0] },
    { '>=': [{ var: 'facts.second' }, failing === 4 ? 1e9 : 0] },
    i % 2 === 0
      ? { '>=': [{ var: 'now.hour' }, failing === 5 ? 24 : 0] }
      : { some: [{ var: 'cart.items' }, { '>=': [{ var: 'price' }, failing === 5 ? 1e6 : 10] }] },
  ];
  return { rule: { and: conditions }, facts };
}

function fact(number: number) {
  const i = number % FACTS;
  const event = EVENTS[i % EVENTS.length];
  const window = WINDOWS[Math.floor(i / EVENTS.length) % WINDOWS.length];
  const where = i >= FACTS / 2 ? { where: { '>': [{ var: 'value' }, 10] } } : {};
  if (i % 6 === 1) return { agg: 'sum', event, prop: 'value', ...where, ...window };
  if (i % 6 === 2) return { agg: 'distinct', event, prop: 'items.item_id', ...where, ...window };
  return { agg: 'count', event, ...where, ...window };
}
