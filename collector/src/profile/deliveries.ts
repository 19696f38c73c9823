import { dayOf } from '../campaigns/local-time.ts';
import { ownString, type StoredMessage } from '../message.ts';
import type { State } from './state.ts';

export const DELIVERY_STATES = [
  'due',
  'sent',
  'cancelled',
  'failed',
  'skipped',
  'held_out',
  'shown',
] as const;

/**
 * A message of a journey or a broadcast on its way to a person. It is written down before it is sent, so that a crash in
 * between repeats it under the same id and loses nothing.
 */
export interface Delivery {
  /** The same for every try; see push/delivery-id.ts. */
  id: string;
  campaign: string;
  version: number;
  variant: string;
  step: string;
  channel: 'push' | 'webhook';
  /** When the run was entered to which it belongs, ms since the epoch; `null`: it belongs to a broadcast. */
  run: number | null;
  /** When its time had come, and until when it is worth sending, ms since the epoch. */
  at: number;
  until: number;
  /** `due`: to be sent, or sent again. All others are final. */
  status: (typeof DELIVERY_STATES)[number];
  reason: string | null;
  tries: number;
  /** Of one that is due: when, ms since the epoch. */
  nextTryAt: number;
  /** When it went out, ms since the epoch. */
  sentAt?: number;
  /** The device that it went to. */
  anonymousId: string | null;
  /** What was answered: a status of HTTP, and of webhooks the beginning of the body. */
  answered: { status: number | null; text: string | null } | null;
  /** When it was clicked first, ms since the epoch. */
  clickedAt?: number;
}

/** What a try came to, whoever sent it. */
export interface SendResult {
  outcome: 'sent' | 'gone' | 'retry' | 'dropped' | 'key' | 'skipped';
  status: number | null;
  /** ms. */
  retryAfterMs: number | null;
  reason: string | null;
  /** Of a webhook, the beginning of its body. */
  answer: string | null;
}

const MAX_DELIVERIES = 100;
const MAX_ANSWER_LENGTH = 1_000;

/** Adds what was not known yet; of the same delivery that one stays that is further on. Those on their way stay. */
export function addDeliveries(state: Pick<State, 'deliveries'>, deliveries: readonly Delivery[]): void {
  const all = new Map(state.deliveries.map((delivery) => [delivery.id, delivery]));
  for (const delivery of deliveries) {
    const known = all.get(delivery.id);
    if (!known || progress(delivery) > progress(known)) all.set(delivery.id, delivery);
  }
  const sorted = [...all.values()].sort((a, b) => (isBefore(a, b) ? -1 : 1));
  const oldest = sorted.length - MAX_DELIVERIES;
  state.deliveries = sorted.filter((delivery, index) => index >= oldest || delivery.status === 'due');
}

/** What went out went out, whatever was decided elsewhere. */
function progress({ status }: Delivery): number {
  return status === 'due' ? 0 : status === 'sent' ? 2 : 1;
}

/** In the order in which their time had come. */
export function isBefore(a: Delivery, b: Delivery): boolean {
  return a.at === b.at ? a.id < b.id : a.at < b.at;
}

/**
 * What was to be said on each of two devices that turn out to be one person's is said once: by the delivery that is
 * further on.
 */
export function cancelRepeats(state: Pick<State, 'journeys' | 'deliveries'>): void {
  const said = new Map<string, Delivery>();
  const key = ({ campaign, step }: Delivery) => JSON.stringify([campaign, step]);
  const inRun = state.deliveries.filter(({ campaign, run, status }) => {
    const entered = Object.hasOwn(state.journeys, campaign) ? state.journeys[campaign]?.entry.at : undefined;
    return run !== null && entered !== undefined && run >= entered && (status === 'due' || status === 'sent');
  });
  const isTried = (one: Delivery) => progress(one) + (one.nextTryAt > one.at ? 1 : 0);
  for (const one of inRun.sort((a, b) => isTried(b) - isTried(a) || (isBefore(a, b) ? -1 : 1))) {
    if (!said.has(key(one))) said.set(key(one), one);
  }
  state.deliveries = state.deliveries.map((one) =>
    one.status === 'due' && inRun.includes(one) && said.get(key(one)) !== one
      ? { ...one, status: 'cancelled', reason: 'said_elsewhere' }
      : one,
  );
}

/** Notes that a message was clicked, where a service worker, or the page that was opened, tells so. */
export function noteClick(
  state: Pick<State, 'deliveries'>,
  { event, properties, timestamp }: StoredMessage,
): void {
  const id = event === 'push_clicked' ? ownString(properties, 'delivery_id') : null;
  if (id === null || !state.deliveries.some((delivery) => delivery.id === id)) return;
  const at = Date.parse(timestamp);
  state.deliveries = state.deliveries.map((delivery) =>
    delivery.id === id ? { ...delivery, clickedAt: Math.min(delivery.clickedAt ?? at, at) } : delivery,
  );
}

/** A push service that asks for no wait at all gets one, ms. */
const MIN_WAIT_MS = 5_000;
/** Waits between tries, ms: as long as the message is worth sending, the last one again and again. */
const BACK_OFF_MS = [60_000, 300_000, 900_000, 1_800_000, 3_600_000];

/**
 * The delivery after a try.
 *
 * @param others whether the person has another device to try
 */
export function concluded(delivery: Delivery, result: SendResult, others: boolean, now: number): Delivery {
  const { status: code, retryAfterMs, reason, answer } = result;
  const tries = delivery.tries + 1;
  const answered = { status: code, text: answer?.slice(0, MAX_ANSWER_LENGTH) ?? null };
  const tried = { ...delivery, tries, answered };
  const final = (status: Delivery['status'], why: string | null): Delivery => ({
    ...tried,
    status,
    reason: why,
  });
  switch (result.outcome) {
    case 'sent':
      return { ...final('sent', null), sentAt: now };
    case 'skipped':
      return final('skipped', reason);
    case 'dropped':
      return final('failed', reason ?? 'refused');
    case 'key':
      return final('failed', reason ?? 'key');
    case 'gone':
      return others ? { ...tried, nextTryAt: now } : final('failed', 'no_subscription');
    case 'retry': {
      const backOff = BACK_OFF_MS[Math.min(tries, BACK_OFF_MS.length) - 1] ?? 0;
      const nextTryAt = now + Math.max(retryAfterMs ?? backOff, MIN_WAIT_MS);
      return nextTryAt >= delivery.until
        ? final('failed', 'deadline')
        : { ...tried, nextTryAt, reason: reason ?? null };
    }
  }
}

/** The cap on pushes that the visitor has reached; days are those of his calendar. `null`: none. */
export function reachedPushCap(
  deliveries: readonly Delivery[],
  { perDay, perWeek }: { perDay: number | null; perWeek: number | null },
  now: number,
  zone: string,
): 'push_per_day' | 'push_per_week' | null {
  const today = dayOf(now, zone);
  // What is on its way is going to be sent today, at the earliest.
  const sentOn = ({ status, sentAt, at }: Delivery) => (status === 'due' ? now : (sentAt ?? at));
  const inDays = (days: number) =>
    deliveries.filter(
      (one) =>
        one.channel === 'push' &&
        (one.status === 'sent' || one.status === 'due') &&
        today - dayOf(sentOn(one), zone) < days,
    ).length;
  if (perDay !== null && inDays(1) >= perDay) return 'push_per_day';
  return perWeek !== null && inDays(7) >= perWeek ? 'push_per_week' : null;
}

/** When the next delivery is to be tried, ms since the epoch; `null`: none is due. */
export function nextTry(deliveries: readonly Delivery[]): number | null {
  const times = deliveries.flatMap(({ status, nextTryAt }) => (status === 'due' ? [nextTryAt] : []));
  return times.length > 0 ? Math.min(...times) : null;
}
