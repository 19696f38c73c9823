import type { ConsentChannel } from '../../../sdk/src/message.ts';
import { isOfDraft } from '../campaigns/draft-label.ts';
import { CONSENT_CHANNELS, CONSENT_STATES, type ConsentState } from '../consent.ts';
import { compareMessages, own, ownString, type StoredMessage } from '../message.ts';
import type { Watermark } from './history.ts';

/*
 * The browser key is public, so anybody can send any form with any address. What follows from that:
 * - Somebody who types the address of another into a form whose consent needs no confirming has consented for him. Only
 *   `doubleOptIn` prevents that, and a browser can neither leave it out nor fulfil it: see ingest/form-submitted.ts.
 * - A device that has not proven whose it is speaks for itself alone. What it says is kept apart (`claimed`), shown while
 *   nothing else is known, and grants nothing where something is. With `identity: 'required'` it never reaches the person.
 * - The text is the published one, or it is marked as the client's word.
 */

/** What was said once of being reached on a channel; with its text, so that the shop can prove it. */
export interface ConsentChange extends Watermark {
  /** As it was said; `pending`: it has to be confirmed. */
  said: ConsentState;
  by: 'server' | 'browser';
  /** `id@version` of the campaign whose form it was, else what the sender calls it. */
  source: string;
  /** What the visitor agreed to. */
  text: string | null;
  /** The text is the client's word alone. */
  reported: boolean;
  /** The e-mail or phone that it was said of, normalised. */
  address: string | null;
}

/** What has been said on one channel. */
export interface ChannelConsents {
  /** Oldest first: the newest ones, and those before that the state depends on. */
  changes: ConsentChange[];
  /** Whether it was ever asked to be confirmed. */
  asked: boolean;
}
export type Consents = Partial<Record<ConsentChannel, ChannelConsents>>;

/** What holds on a channel, as the management API shows it. */
export interface Consent {
  state: ConsentState;
  /** ISO 8601: since when. */
  at: string;
  by: ConsentChange['by'];
  source: string;
  text: string | null;
  reported: boolean;
  address: string | null;
  /** Said by a device that did not prove whose it is. */
  claimed: boolean;
}

/** Of each channel. */
const MAX_CHANGES = 10;
/** Characters; a longer one is whole in the event alone. */
const MAX_TEXT_LENGTH = 2_000;
const MAX_SOURCE_LENGTH = 200;
/** Changes that one message can bring. */
const MAX_PER_MESSAGE = 10;

/**
 * Notes what a message says of consents: a form of a campaign with one that was ticked, or a `consent_updated`; not
 * the form of a draft that somebody tries. The outcome is the same in whatever order messages are noted.
 */
export function noteConsents(consents: Consents, message: StoredMessage): void {
  if (isOfDraft(message)) return;
  for (const [channel, change] of changesIn(message)) {
    const { changes, asked } = consents[channel] ?? { changes: [], asked: false };
    if (changes.some((known) => compareMessages(known, change) === 0)) continue;
    consents[channel] = {
      changes: kept([...changes, change].sort(compareMessages), MAX_CHANGES),
      asked: asked || change.said === 'pending',
    };
  }
}

function changesIn({ event, properties, identifiers, timestamp, messageId, server }: StoredMessage) {
  const found = new Map<ConsentChannel, ConsentChange>();
  const base = { timestamp, messageId, by: server ? 'server' : 'browser' } as const;
  const addressFor = (channel: ConsentChannel, said: string | null) =>
    said ?? (channel === 'push' ? null : (identifiers?.[channel === 'email' ? 'email' : 'phone'] ?? null));
  if (event === 'consent_updated') {
    const channel = CONSENT_CHANNELS.find((one) => one === own(properties, 'channel'));
    const said = CONSENT_STATES.find((one) => one === own(properties, 'state'));
    if (!channel || !said) return found;
    const source = (ownString(properties, 'source') ?? base.by).slice(0, MAX_SOURCE_LENGTH);
    const text = ownString(properties, 'text')?.slice(0, MAX_TEXT_LENGTH) ?? null;
    const address = addressFor(channel, ownString(properties, 'address'));
    found.set(channel, { ...base, said, source, text, reported: !server && text !== null, address });
  }
  const campaign = event === 'form_submitted' ? ownString(properties, 'campaign') : null;
  const list = own(properties, 'consents');
  if (campaign === null || !Array.isArray(list)) return found;
  for (const given of list.slice(0, MAX_PER_MESSAGE)) {
    if (typeof given !== 'object' || given === null || Array.isArray(given)) continue;
    const channel = CONSENT_CHANNELS.find((one) => one === own(given, 'channel'));
    if (!channel) continue;
    // Several of one channel are one agreement, to all that was said.
    const before = found.get(channel);
    const texts = [before?.text, ownString(given, 'text')].filter((text) => typeof text === 'string');
    const waits = before?.said === 'pending' || own(given, 'doubleOptIn') === true;
    found.set(channel, {
      ...base,
      said: waits ? 'pending' : 'granted',
      source: campaign.slice(0, MAX_SOURCE_LENGTH),
      text: texts.join('\n').slice(0, MAX_TEXT_LENGTH) || null,
      reported: before?.reported === true || own(given, 'reported') === true,
      address: before?.address ?? addressFor(channel, ownString(given, 'address')),
    });
  }
  return found;
}

/** The newest `count`, and before them all that the state depends on, and what the server's last word was about. */
function kept(sorted: readonly ConsentChange[], count: number): ConsentChange[] {
  const last = sorted.findLastIndex(isDecisive);
  const needed = [last, last - 1, addressedAt(sorted), addressedAt(sorted.slice(0, Math.max(0, last)))];
  return sorted.filter((_, i) => i >= sorted.length - count || needed.includes(i));
}

/** Where an address was named last. */
function addressedAt(changes: readonly ConsentChange[]): number {
  return changes.findLastIndex(({ address }) => address !== null);
}

/** What no later form of a browser overrules: the shop's word, or that somebody does not want it any more. */
function isDecisive({ by, said }: ConsentChange): boolean {
  return by === 'server' || said === 'withdrawn';
}

/**
 * The state that a channel is in. What was asked to be confirmed once is confirmed by the server alone: until then, and
 * again after a withdrawal or with another address, whatever a browser grants is pending.
 */
function stateOf({ changes, asked }: ChannelConsents): ConsentState | null {
  const last = changes.at(-1);
  if (!last) return null;
  if (isDecisive(last)) return last.said;
  if (!asked) return 'granted';
  const at = changes.findLastIndex(isDecisive);
  const word = changes[at];
  if (word?.said !== 'granted') return 'pending';
  return addressOf(changes) === addressOf(changes.slice(0, at + 1)) ? 'granted' : 'pending';
}

function addressOf(changes: readonly ConsentChange[]): string | null {
  return changes[addressedAt(changes)]?.address ?? null;
}

/** What the visitor agreed to: the newest text, unless it was taken back since. */
function wordsOf(changes: readonly ConsentChange[]): Pick<Consent, 'text' | 'reported'> {
  for (const [i, { said, text, reported }] of changes.toReversed().entries()) {
    if (i > 0 && said === 'withdrawn') break;
    if (text !== null) return { text, reported };
    if (said === 'withdrawn') break;
  }
  return { text: null, reported: false };
}

/**
 * What holds on each channel. What is claimed never grants where more is known, but it can take back: whoever names the
 * very address and wants no more sent to it is believed, because silence harms less than what is not wanted. A user id is
 * not enough for that: those can be counted through.
 */
export function consentsOf(known: Consents, claimed: Consents): Partial<Record<ConsentChannel, Consent>> {
  const all: Partial<Record<ConsentChannel, Consent>> = {};
  for (const channel of CONSENT_CHANNELS) {
    const sure = consentOf(known[channel], false);
    const said = consentOf(claimed[channel], true);
    const named = claimed[channel]?.changes.at(-1)?.address ?? null;
    const isTakenBack =
      sure !== null &&
      said?.state === 'withdrawn' &&
      said.at > sure.at &&
      named !== null &&
      named === sure.address;
    const holds = sure === null || isTakenBack ? said : sure;
    if (holds) all[channel] = holds;
  }
  return all;
}

function consentOf(channel: ChannelConsents | undefined, claimed: boolean): Consent | null {
  const state = channel ? stateOf(channel) : null;
  const last = channel?.changes.at(-1);
  if (!channel || !state || !last) return null;
  const { timestamp: at, by, source } = last;
  const address = addressOf(channel.changes);
  return { state, at, by, source, ...wordsOf(channel.changes), address, claimed };
}

/** All that was said, oldest first, for those who have to prove it. */
export function consentHistory(
  known: Consents,
  claimed: Consents,
): Partial<Record<ConsentChannel, (ConsentChange & { claimed: boolean })[]>> {
  const all: ReturnType<typeof consentHistory> = {};
  for (const channel of CONSENT_CHANNELS) {
    const of = (consents: Consents, isClaimed: boolean) =>
      (consents[channel]?.changes ?? []).map((change) => ({ ...change, claimed: isClaimed }));
    const changes = [...of(known, false), ...of(claimed, true)].sort(compareMessages);
    if (changes.length > 0) all[channel] = changes;
  }
  return all;
}

/** Of a history that is far too large: what the state depends on stays. */
export function trimConsents(consents: Consents): void {
  for (const channel of Object.values(consents)) channel.changes = kept(channel.changes, 1);
}
