import type { Site } from '../sites.ts';
import { messagesOf, type StoredChunk, split, withoutRepeats } from './chunks.ts';
import { exposureId, orderId, retract, sessionId } from './facts.ts';
import { type Device, holds, type KnownDevice, withDevice, withoutDevice } from './link.ts';
import { isAnonymous } from './profile-name.ts';
import type { Records } from './records.ts';
import type { AttachInput } from './rpc.ts';
import { sessionOf } from './sessions.ts';
import {
  addDecided,
  addExposures,
  addSegments,
  decidedFor,
  MAX_CONTACTS,
  MAX_DISOWNED,
  MAX_FOREIGN,
} from './state.ts';
import { boundSubscriptions, removeSubscriptionsOf } from './subscriptions.ts';
import { putHistory } from './take-in.ts';

/** What a person holds of his devices, e-mails and phones. */
export class Holding {
  readonly #records: Records;

  constructor(records: Records) {
    this.#records = records;
  }

  /** Takes over what another object holds. Repeating it changes nothing. See {@link rewrites}. */
  attach(input: AttachInput, site: Site, now: number): void {
    const records = this.#records;
    const { journal } = records;
    const { added, rewritten } = this.#arriving(input, now);
    const messages = messagesOf(added);
    const { currency } = site.settings;
    const { devices, contacts: led } = records.state;
    // Come again, it says what was so when it came first: segments may have been left since.
    const heardBefore = isAnonymous(input.from)
      ? input.devices.every((device) => holds(devices, device))
      : led.includes(input.from);
    records.write(
      (state) => {
        const history =
          rewritten.length > 0 ? journal.refold(currency) : journal.after(state.history, messages, currency);
        putHistory(state, history);
        state.sinceCheckpoint += messages.length;
        state.heardAt = now;
        journal.checkpoint(state, currency);
        addExposures(state, input.exposures);
        addDecided(state, input.decided);
        boundSubscriptions(state, records.name);
        if (!heardBefore) addSegments(state, input.segments);
        retract(state, input.facts);
        state.revision = Math.max(state.revision, input.revision);
        if (!input.last) return;
        const lastSeen = (device: KnownDevice) =>
          sessionOf(state.history.sessions, device.anonymousId)?.end ?? device.epoch;
        for (const device of input.devices) state.devices = withDevice(state.devices, device, lastSeen);
        const contacts = isAnonymous(input.from) ? [] : [input.from, ...input.contacts];
        state.contacts = [...new Set([...state.contacts, ...contacts])].slice(-MAX_CONTACTS);
      },
      { added: [...added, ...rewritten], removed: rewritten.map(({ id }) => id) },
    );
  }

  /** Whether an attach changes chunks that are held. Then all is made anew: nothing may be folded. */
  rewrites(input: AttachInput, now: number): boolean {
    return this.#arriving(input, now).rewritten.length > 0;
  }

  #arriving(input: AttachInput, now: number): { added: StoredChunk[]; rewritten: StoredChunk[] } {
    const records = this.#records;
    const { journal } = records;
    const incoming = new Map(input.chunks.map((chunk) => [chunk.id, chunk]));
    const held = records.chunksById([...incoming.keys()]);
    const known = new Set(held.map(({ id }) => id));
    const own = input.verified || !isAnonymous(input.from);
    const fresh = input.chunks
      .filter(({ id }) => !known.has(id))
      .map((chunk) => (own ? chunk : lent(chunk)))
      .map((chunk) => ({ ...chunk, head: { ...chunk.head, takenAt: now } }));
    // What was lent is the person's own word as soon as the device has proven whose it is.
    const proven = own
      ? held.filter(({ id, head }) => head.unverified && !incoming.get(id)?.head.unverified).map(given)
      : [];
    const repeated = fresh.some(({ head }) => head.messageIds.some((id) => journal.knows(id)));
    const { changed, added } = repeated
      ? withoutRepeats(records.chunks(), fresh, (id) => journal.knows(id))
      : { changed: [], added: fresh };
    return { added, rewritten: [...changed, ...proven] };
  }

  /**
   * The device belongs to somebody else now. What it said before stays.
   *
   * @returns hashes of the messages that came last
   */
  detach(device: Device): number[] {
    this.#records.write((state) => {
      state.devices = withoutDevice(state.devices, device);
      // Who uses the browser now gets what is sent there, from the next visit on.
      removeSubscriptionsOf(state, device.anonymousId, this.#records.name);
    });
    return this.#records.journal.lastHashes(MAX_FOREIGN);
  }

  /** Takes nothing more from a device: its token is worth nothing now. */
  refuse(anonymousId: string): void {
    this.#records.write((state) => {
      const theirs = state.devices.filter((known) => known.anonymousId === anonymousId);
      const disowned = theirs.map(({ epoch }) => `${anonymousId}/${epoch}`);
      state.devices = state.devices.map((known) =>
        theirs.includes(known) ? { ...known, left: true } : known,
      );
      state.disowned = [...new Set([...state.disowned, ...disowned])].slice(-MAX_DISOWNED);
    });
  }

  /** Gives up what one device has said and was shown. Call it when nothing is folded, and the device is refused. */
  release(anonymousId: string, site: Site): void {
    const records = this.#records;
    const held = records.chunks();
    const { replaced, others } = split(anonymousId, held);
    // What was lent stays the device's, also in the store.
    const lentIds = new Set(held.filter(({ head }) => head.unverified).map(({ id }) => id));
    records.write(
      (state) => {
        const { sessions, orders } = state.history;
        const theirs = (one: { anonymousId: string | null }) => one.anonymousId === anonymousId;
        retract(state, [
          ...sessions.filter(theirs).map(sessionId),
          ...orders.list.filter(theirs).map(({ transactionId }) => orderId(transactionId, records.name)),
          ...state.devices.filter(theirs).map(({ epoch }) => `identity:${anonymousId}/${epoch}`),
          ...decidedFor(state, anonymousId).exposures.map(exposureId),
          // Those that were somebody else's are stated anew.
          ...Object.keys(state.stated).filter((id) => id.startsWith('goal:')),
        ]);
        const kept = (one: { anonymousId?: string | undefined }) => one.anonymousId !== anonymousId;
        removeSubscriptionsOf(state, anonymousId, records.name);
        state.deliveries = state.deliveries.filter((one) => one.anonymousId !== anonymousId);
        state.exposures = state.exposures.filter(kept);
        state.refusals = state.refusals.filter(kept);
        state.decisions = state.decisions.filter(kept);
        state.coupons = Object.fromEntries(Object.entries(state.coupons).filter(([, held]) => kept(held)));
        records.journal.clear();
        putHistory(state, records.journal.refold(site.settings.currency));
        state.sinceCheckpoint = 0;
        state.devices = state.devices.filter((known) => !theirs(known));
        state.unconfirmed = [
          ...state.unconfirmed.filter((id) => !replaced.includes(id)),
          ...others.filter(({ head }) => !head.unverified).map(({ id }) => id),
        ];
        state.erasing = [...state.erasing, ...replaced.filter((id) => !lentIds.has(id))];
      },
      { added: others, removed: replaced },
    );
  }

  /** What a device has told this person itself, as JSON. Call it when nothing is folded. */
  toldBy(anonymousId: string): string {
    const own = this.#records.chunks().filter(({ head }) => !head.unverified);
    return JSON.stringify(messagesOf(own).filter((message) => message.anonymousId === anonymousId));
  }
}

function lent(chunk: StoredChunk): StoredChunk {
  return { ...chunk, head: { ...chunk.head, unverified: true } };
}

function given({ id, messages, head: { unverified: _, ...head } }: StoredChunk): StoredChunk {
  return { id, head, messages };
}
