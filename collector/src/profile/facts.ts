import { counted, type Exposure } from '../campaigns/exposures.ts';
import { conversionsOf } from '../campaigns/goals.ts';
import type { Site, SiteSettings } from '../sites.ts';
import type { Fact, FactKind } from '../store/event-store.ts';
import type { Touch } from './attribution.ts';
import { identifiersOf, traitsOf } from './history.ts';
import type { Order } from './orders.ts';
import { isAnonymous } from './profile-name.ts';
import { counts, inSiteCurrency, revenueOf } from './revenue.ts';
import { isEngaged, isOver, type Session } from './sessions.ts';
import type { State } from './state.ts';
import { countedTouches } from './touches.ts';

/** What a profile has stated to the store: a digest of each row, by `<kind>:<key>`. */
export type Stated = Record<string, string>;

interface Row {
  kind: FactKind;
  key: string;
  /** JSON. */
  row: string;
}

/**
 * What the store does not know yet: facts that are new, changed, or not so any more. A session is a fact when it is
 * over; an order, a person, and the devices and accounts of one are so at once.
 *
 * @param name of the profile's object
 * @param now ms since the epoch
 * @param growing sessions that were added to just now: they wait, so that a history told event by event is one row
 */
export function factsToState(
  name: string,
  state: State,
  site: Site,
  now: number,
  growing: ReadonlySet<string> = new Set(),
): { facts: Fact[]; stated: Stated } {
  const { stated: before, link } = state;
  // Whoever has the messages states what they amount to; what was shown on a device that lends is known to it alone.
  if (link !== null && link.phase !== 'lending') return { facts: [], stated: before };
  const revision = Math.max(now, state.revision + 1);
  const stated: Stated = link ? { ...before } : {};
  const facts: Fact[] = [];
  const fact = (kind: FactKind, key: string, row: string | null) =>
    facts.push({ site: site.id, kind, key, profile: name, revision, row });
  for (const { kind, key, row } of link ? ownRows(name, state, site) : rowsOf(name, state, site, now)) {
    const id = idOf(kind, key);
    const waits = growing.has(id);
    stated[id] = waits ? (before[id] ?? '') : digest(row);
    if (!waits && before[id] !== stated[id]) fact(kind, key, kind === 'profile' ? dated(row, now) : row);
  }
  for (const id of state.retracted) {
    if (Object.hasOwn(stated, id)) continue;
    const [kind = '', ...key] = id.split(':');
    fact(kind as FactKind, key.join(':'), null);
  }
  for (const id of Object.keys(before)) {
    if (Object.hasOwn(stated, id) || !isGoalOf(id, site)) continue;
    fact('goal', id.slice('goal:'.length), null);
  }
  return { facts, stated };
}

/** Of a campaign that is published: one that is not may have reached goals that are not remembered. */
function isGoalOf(id: string, { program }: Site): boolean {
  if (!id.startsWith('goal:')) return false;
  const [, campaign] = id.split('/');
  return program.campaigns.some((compiled) => compiled.campaign.id === campaign);
}

/** How a fact is called where it is remembered. */
function idOf(kind: FactKind, key: string): string {
  return `${kind}:${key}`;
}

export function sessionId({ start, id }: Pick<Session, 'start' | 'id'>): string {
  return idOf('session', `${iso(start)}/${id}`);
}

export function orderId(transactionId: string, name: string): string {
  return idOf('order', orderKey(transactionId, name));
}

/** It has the profile's name, because anybody may state an order under a number that is another's. */
function orderKey(transactionId: string, name: string): string {
  return `${transactionId}/${name}`;
}

const MAX_RETRACTED = 1_000;

/** Notes facts that are not so any more. */
export function retract(state: Pick<State, 'retracted'>, ids: readonly string[]): void {
  if (ids.length > 0) state.retracted = [...new Set([...state.retracted, ...ids])].slice(-MAX_RETRACTED);
}

/** What all facts of a profile are called, also those of sessions that are not over. */
export function factIds(name: string, state: State, site: Site): string[] {
  return rowsOf(name, state, site, Number.POSITIVE_INFINITY).map(({ kind, key }) => idOf(kind, key));
}

/** All that a profile has to state. */
function rowsOf(name: string, state: State, site: Site, now: number): Row[] {
  const { history } = state;
  const { settings } = site;
  const rows: Row[] = [...ownRows(name, state, site), ...segmentRows(name, state)];
  for (const session of history.sessions) {
    if (!isOver(session, now)) continue;
    rows.push(sessionRow(session, history.orders.list, settings));
  }
  for (const order of history.orders.list) rows.push(orderRow(name, order, state.exposures, settings));
  if (isAnonymous(name) || history.watermark === null) return rows;
  const person = profileRow(name, state);
  if (person) rows.push(person);
  for (const { anonymousId, epoch, left, verified } of state.devices) {
    const row = JSON.stringify({ anonymousId, epoch, verified, left });
    rows.push({ kind: 'identity', key: `${anonymousId}/${epoch}`, row });
  }
  const certain = history.accounts.filter(({ claimed }) => !claimed);
  for (const { groupId, traits, at } of certain) {
    const anonymousId = history.anonymousIds[0] ?? null;
    const row = JSON.stringify({ groupId, userId: history.userId, anonymousId, traits, at: iso(at) });
    rows.push({ kind: 'member', key: `${groupId}/${name}`, row });
  }
  return rows;
}

/** What no message holds, so that this object alone can state it. */
function ownRows(name: string, state: State, site: Site): Row[] {
  return [...shownRows(state, site), ...deliveryRows(state), ...subscriptionRows(name, state)];
}

/** What campaigns have shown, and what came of it. A test visitor is in no report. */
function shownRows({ exposures, ledger }: State, { program }: Site): Row[] {
  const shown = counted(exposures);
  const firsts = new Map(shown.toReversed().map((exposure) => [exposure.campaign, exposure]));
  const rows = shown.map((exposure): Row => {
    const { campaign, version, variant, control = null, claimId, at, anonymousId = null } = exposure;
    const first = firsts.get(campaign);
    const arm = first?.control ? 'control' : (first?.variant ?? variant);
    const row = {
      ...{ campaign, version, variant, control, claimId, at: iso(at), anonymousId },
      ...{ first: first === exposure, arm },
    };
    return { kind: 'exposure', key: exposureKey(exposure), row: JSON.stringify(row) };
  });
  for (const { campaign, goal } of program.campaigns) {
    const converted = ledger.converted[campaign.id];
    if (goal === null || converted?.goal !== goal) continue;
    const mine = shown.filter((exposure) => exposure.campaign === campaign.id);
    for (const { at, exposedAt, ...conversion } of conversionsOf(campaign, mine, converted.events)) {
      const row = { ...conversion, at: iso(at), exposedAt: iso(exposedAt) };
      const key = `${iso(at)}/${campaign.id}/${conversion.id}`;
      rows.push({ kind: 'goal', key, row: JSON.stringify(row) });
    }
  }
  return rows;
}

/** What was said to the visitor, or why not; one that is on its way is told when it has arrived. */
function deliveryRows({ deliveries }: State): Row[] {
  return deliveries.flatMap((delivery): Row[] => {
    const { id, campaign, version, variant, step, channel, status, reason, at, anonymousId } = delivery;
    if (status === 'due') return [];
    const row = {
      ...{ id, campaign, version, variant, step, channel, status, reason, at: iso(at), anonymousId },
      ...(delivery.clickedAt === undefined ? {} : { clickedAt: iso(delivery.clickedAt) }),
    };
    return [{ kind: 'delivery', key: `${iso(at)}/${id}`, row: JSON.stringify(row) }];
  });
}

function subscriptionRows(name: string, { subscriptions }: State): Row[] {
  return subscriptions.map(({ endpoint, p256dh, auth, key, anonymousId, at }) => ({
    kind: 'subscription',
    key: subscriptionKey(endpoint, name),
    row: JSON.stringify({ endpoint, p256dh, auth, key, anonymousId, at: iso(at) }),
  }));
}

function subscriptionKey(endpoint: string, name: string): string {
  return `${subscriptionPrefix(endpoint)}${name}`;
}

/** How the keys of a browser's facts begin, whoever states them. */
export function subscriptionPrefix(endpoint: string): string {
  return `${digest(endpoint)}/`;
}

/** A browser that takes no messages any more. */
export function subscriptionId(endpoint: string, name: string): string {
  return idOf('subscription', subscriptionKey(endpoint, name));
}

function segmentRows(name: string, { segments }: State): Row[] {
  return Object.entries(segments).map(([segment, since]) => ({
    kind: 'segment',
    key: `${segment}/${name}`,
    row: JSON.stringify({ segment, since: iso(since) }),
  }));
}

export function exposureId(exposure: Exposure): string {
  return idOf('exposure', exposureKey(exposure));
}

function exposureKey({ at, claimId }: Exposure): string {
  return `${iso(at)}/${claimId}`;
}

/** A segment that was left. */
export function segmentId(segment: string, name: string): string {
  return idOf('segment', `${segment}/${name}`);
}

function sessionRow(session: Session, orders: readonly Order[], settings: SiteSettings): Row {
  const { id, anonymousId, start, end, events, pageViews, engagementMs, touch } = session;
  const amounts = revenueOf(
    orders.filter((order) => order.session === id),
    settings,
  );
  const row = JSON.stringify({
    id,
    anonymousId,
    start: iso(start),
    end: iso(end),
    durationMs: end - start,
    events,
    pageViews,
    engagementMs,
    engaged: isEngaged(session),
    converted: session.converted,
    entry: session.entry,
    referrer: session.referrer,
    campaign: session.campaign,
    source: touch?.source ?? null,
    medium: touch?.medium ?? null,
    country: session.country,
    device: session.device,
    bot: session.bot,
    value: inSiteCurrency(amounts, settings),
    amounts,
  });
  return { kind: 'session', key: `${iso(start)}/${id}`, row };
}

function orderRow(name: string, order: Order, exposures: readonly Exposure[], settings: SiteSettings): Row {
  const { transactionId, at, state, currency, value, refunded, anonymousId, attribution } = order;
  const { coupons, server } = order;
  const revenue = counts(state, settings) ? value - refunded : 0;
  const touches = countedTouches(order.touches ?? [], exposures);
  const row = JSON.stringify({
    transactionId,
    at: iso(at),
    state,
    counts: counts(state, settings),
    currency,
    value,
    refunded,
    revenue,
    siteRevenue: inSiteCurrency({ [currency]: revenue }, settings),
    anonymousId,
    coupons,
    server,
    first: touchRow(attribution.first),
    last: touchRow(attribution.last),
    // Only where there are some: the rows of all orders before stay what they are.
    ...(touches.length > 0 ? { touches: touches.map((touch) => ({ ...touch, at: iso(touch.at) })) } : {}),
  });
  return { kind: 'order', key: orderKey(transactionId, name), row };
}

function touchRow(touch: Touch | null) {
  return touch && { ...touch, at: iso(touch.at) };
}

/** Only what can be searched for, so that it is written anew only when that changes. */
function profileRow(name: string, { history }: State): Row | null {
  const traits = traitsOf(history);
  const text = (key: string) => {
    const value = Object.hasOwn(traits, key) ? traits[key] : null;
    return typeof value === 'string' && value !== '' ? value.slice(0, MAX_SEARCHED) : null;
  };
  const identifiers = identifiersOf(history);
  const email = identifiers.email ?? text('email')?.toLowerCase() ?? null;
  const fullName = [text('firstName') ?? text('first_name'), text('lastName') ?? text('last_name')]
    .filter(Boolean)
    .join(' ');
  const shown = text('name') ?? (fullName || null);
  const phone = identifiers.phone ?? text('phone');
  if (!history.userId && !email && !phone && !shown) return null;
  const row = JSON.stringify({
    userId: history.userId,
    email,
    phone,
    name: shown,
    searchName: shown?.toLowerCase() ?? null,
    anonymousId: history.anonymousIds[0] ?? null,
    firstSeen: iso(history.firstSeen),
  });
  return { kind: 'profile', key: name, row };
}

/** The list of people is sorted by the time of the last change, which is no change itself. */
function dated(row: string, now: number): string {
  return JSON.stringify({ ...JSON.parse(row), changedAt: iso(now) });
}

const MAX_SEARCHED = 200;

function iso(time: number): string {
  return Number.isFinite(time) ? new Date(time).toISOString() : '~';
}

/** 53 bits of cyrb53 (public domain), in base 36: tells rows apart, no more. */
export function digest(text: string): string {
  return hash53(text).toString(36);
}

export function hash53(text: string): number {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return 4294967296 * (2097151 & b) + (a >>> 0);
}
