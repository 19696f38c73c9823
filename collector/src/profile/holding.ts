import type { Site } from '../sites.ts';
import { messagesOf, type StoredChunk, split } from './chunks.ts';
import { type Device, type KnownDevice, withDevice, withoutDevice } from './link.ts';
import { isAnonymous } from './profile-name.ts';
import type { Records } from './records.ts';
import type { AttachInput } from './rpc.ts';
import { sessionOf } from './sessions.ts';
import { addExposures, MAX_DISOWNED, MAX_FOREIGN } from './state.ts';

/** What a person holds of his devices, e-mails and phones. */
export class Holding {
  readonly #records: Records;

  constructor(records: Records) {
    this.#records = records;
  }

  /** Takes over what another object holds. Repeating it changes nothing. */
  attach(input: AttachInput, site: Site): void {
    const records = this.#records;
    const { journal } = records;
    const held = new Map(
      records.chunksById(input.chunks.map(({ id }) => id)).map((chunk) => [chunk.id, chunk]),
    );
    const folded = new Set(journal.folded());
    const own = input.verified || !isAnonymous(input.from);
    const fresh = input.chunks.filter(({ id }) => !held.has(id) && !folded.has(id));
    const added = fresh.map((chunk) => (own ? chunk : lent(chunk)));
    // What was lent is the person's own word as soon as the device has proven whose it is.
    const proven = own ? [...held.values()].filter(({ head }) => head.unverified) : [];
    const told = messagesOf(added);
    const messages = unheard(told, (id) => journal.knows(id));
    const again = proven.length > 0 || messages.length < told.length;
    const { currency } = site.settings;
    records.write(
      (state) => {
        state.history = again ? journal.refold(currency) : journal.after(state.history, messages, currency);
        state.sinceCheckpoint += messages.length;
        journal.checkpoint(state, currency);
        addExposures(state, input.exposures);
        // The person states them anew, in his own name.
        const theirs = Object.keys(input.stated).map((id) => [id, '']);
        state.stated = { ...Object.fromEntries(theirs), ...state.stated };
        state.revision = Math.max(state.revision, input.revision);
        if (!input.last) return;
        const lastSeen = (device: KnownDevice) =>
          sessionOf(state.history.sessions, device.anonymousId)?.end ?? device.epoch;
        for (const device of input.devices) state.devices = withDevice(state.devices, device, lastSeen);
        if (!isAnonymous(input.from)) state.contacts = [...new Set([...state.contacts, input.from])];
      },
      { added: [...added, ...proven.map(given)], removed: proven.map(({ id }) => id) },
    );
  }

  /**
   * The device belongs to somebody else now. What it said before stays.
   *
   * @returns hashes of the messages that came last
   */
  detach(device: Device): number[] {
    this.#records.write((state) => {
      state.devices = withoutDevice(state.devices, device);
    });
    return this.#records.journal.lastHashes(MAX_FOREIGN);
  }

  /**
   * Gives up what one device has said, and takes no more of it under its epoch. Call it when nothing is folded.
   *
   * @returns what it had said
   */
  release(anonymousId: string, site: Site): StoredChunk[] {
    const records = this.#records;
    const held = records.chunks();
    const { replaced, theirs, others } = split(anonymousId, held);
    // What was lent stays the device's, also in the store.
    const lentIds = new Set(held.filter(({ head }) => head.unverified).map(({ id }) => id));
    records.write(
      (state) => {
        records.journal.clear();
        state.history = records.journal.refold(site.settings.currency);
        state.sinceCheckpoint = 0;
        const theirs = state.devices.filter((known) => known.anonymousId === anonymousId);
        const disowned = theirs.map(({ epoch }) => `${anonymousId}/${epoch}`);
        state.devices = state.devices.filter((known) => !theirs.includes(known));
        state.disowned = [...state.disowned, ...disowned].slice(-MAX_DISOWNED);
        state.unconfirmed = [
          ...state.unconfirmed.filter((id) => !replaced.includes(id)),
          ...others.filter(({ head }) => !head.unverified).map(({ id }) => id),
        ];
        state.erasing = [...state.erasing, ...replaced.filter((id) => !lentIds.has(id))];
      },
      { added: others, removed: replaced },
    );
    return theirs.filter(({ head }) => !head.unverified);
  }
}

function lent(chunk: StoredChunk): StoredChunk {
  return { ...chunk, head: { ...chunk.head, unverified: true } };
}

function given({ id, messages, head: { unverified: _, ...head } }: StoredChunk): StoredChunk {
  return { id, head, messages };
}

/** Each message once, and only what was not heard before. */
function unheard<T extends { messageId: string }>(
  messages: readonly T[],
  known: (id: string) => boolean,
): T[] {
  const fresh = new Map<string, T>();
  for (const message of messages) {
    if (!known(message.messageId) && !fresh.has(message.messageId)) fresh.set(message.messageId, message);
  }
  return [...fresh.values()];
}
