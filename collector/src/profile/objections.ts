import { type Run, waitBefore } from '../campaigns/journey.ts';
import type { CompiledCampaign } from '../campaigns/program.ts';
import type { Site } from '../sites.ts';
import { believed } from './cart-to-restore.ts';
import { type Delivery, isBefore } from './deliveries.ts';
import { type JourneyData, VisitorJourney } from './visitor-journey.ts';

/** How long a message of a broadcast that is paused waits before it is looked at again, ms. */
const PAUSED_MS = 300_000;

/**
 * Why a delivery must not go out any more, though its time had come; `null`: it may.
 *
 * @param compiled what it belongs to; `null`: that is not there any more
 * @returns `until`: it may then
 */
export function objection(
  delivery: Delivery,
  compiled: CompiledCampaign | null,
  known: JourneyData,
  lastDevice: string,
  site: Site,
  now: number,
): { reason: string; until: number | null } | null {
  const isBroadcast = delivery.run === null;
  if (isBroadcast && compiled?.campaign.status === 'paused') {
    return { reason: 'paused', until: now + PAUSED_MS };
  }
  if (compiled?.campaign.status !== 'live') return { reason: 'status', until: null };
  if (now >= delivery.until) return { reason: 'deadline', until: null };
  if (isBroadcast && known.deliveries.some((other) => comesBefore(other, delivery))) {
    return { reason: 'repeated', until: null };
  }
  const run: Run = { entry: { at: delivery.run ?? delivery.at, cause: '' }, passed: [], ended: null };
  // Of those on their way, the later one gives way.
  const others = known.deliveries.filter(
    (other) => other.id !== delivery.id && (other.status !== 'due' || isBefore(other, delivery)),
  );
  const knowing = { ...known, deliveries: others };
  const journey = new VisitorJourney(compiled, knowing, run, delivery.anonymousId ?? lastDevice, site, now);
  const ended = journey.ended(run);
  if (ended) return { reason: ended.reason, until: null };
  const closed = journey.closedGate();
  if (closed) return { reason: closed, until: null };
  const isPush = delivery.channel === 'push';
  const refused = isPush ? journey.pushRefused(waitBefore(compiled.campaign, delivery.step)) : null;
  // That nobody can be reached is found out where it is sent.
  if (refused?.kind === 'skip' && refused.reason !== 'no_subscription') return { ...refused, until: null };
  if (refused?.kind === 'hold') return refused;
  const until = journey.quietUntil();
  if (until !== null) return { reason: 'quiet_hours', until };
  const cap = isPush ? journey.pushCap() : null;
  return cap === null ? null : { reason: cap, until: null };
}

/** The same at a person, of a delivery of a device that only lends what it hears: what he has done, and was told already. */
export function objectionOfPerson(
  delivery: Delivery,
  known: JourneyData,
  lastDevice: string,
  site: Site,
  now: number,
): string | null {
  const { campaign, step, run, at } = delivery;
  if (run === null) return saysSame(delivery, known.deliveries) ? 'said_elsewhere' : null;
  const compiled = site.program.byId.get(campaign);
  if (!compiled) return null;
  const of: Run = { entry: { at: run ?? at, cause: '' }, passed: [], ended: null };
  const told = { ...known, history: believed(known.history) };
  const journey = new VisitorJourney(compiled, told, of, lastDevice, site, now);
  const ended = journey.ended(of);
  if (ended) return ended.reason;
  if (delivery.channel === 'push' && journey.hasEndedPush()) return 'unsubscribed';
  const isSaid = known.deliveries.some(
    (one) =>
      one.campaign === campaign &&
      one.step === step &&
      one.at >= of.entry.at &&
      (one.status === 'sent' || one.status === 'due'),
  );
  return isSaid ? 'said_elsewhere' : null;
}

/** Whether the same broadcast has been, or is being, said to this person. */
function saysSame({ campaign, version }: Delivery, others: readonly Delivery[]): boolean {
  return others.some(
    (other) =>
      other.campaign === campaign &&
      other.version === version &&
      (other.status === 'sent' || other.status === 'due'),
  );
}

/** Devices that were asked one by one, and then turned out to be one person's, have one message. */
function comesBefore(other: Delivery, { campaign, version, id }: Delivery): boolean {
  if (other.id === id || other.campaign !== campaign || other.version !== version) return false;
  return other.status === 'sent' || (other.status === 'due' && other.id < id);
}
