import type { ClaimAnswer } from '../../../sdk/src/message.ts';
import type { Decision } from '../campaigns/decide.ts';
import type { TestVisitor } from '../campaigns/experiment.ts';
import type { Exposure } from '../campaigns/exposures.ts';
import type { StoredSubscription } from '../push/subscription.ts';
import type { Claim } from './answer-claim.ts';
import type { StoredChunk } from './chunks.ts';
import type { Device, KnownDevice, Trust } from './link.ts';
import type { Decided, State } from './state.ts';

/** A person asked by way of a device, and the epoch that the device was in; `null` for the object of a device. */
export type Via = Device | null;

/** A person that a device said it belongs to, and that knows nothing of it. */
export type Refused = { person: string; epoch: number } | null;

/** Not done here: ask the person, in this epoch. */
export interface Elsewhere {
  kind: 'elsewhere';
  person: string;
  epoch: number;
}
/** Not done here: the device left this person. Ask the device. */
export interface Stale {
  kind: 'stale';
}

export interface IngestInput {
  /** `StoredMessage[]` as JSON: text keeps keys such as `__proto__`, and is stored as it came. */
  messages: string;
  /** Who is named in these messages: the name of the person's object. */
  person: string | null;
  trust: Trust;
  via: Via;
  refusedBy: Refused;
  /** By a signed link: the visitor tries campaigns out, or (`null`) does so no more. `undefined`: nothing was said. */
  test: TestVisitor | null | undefined;
}
/** `repeated`: ids of messages that an earlier person of the device has, and that are nobody else's news. */
export type IngestResult =
  | { kind: 'stored'; decisions: Decision[] }
  | ((Elsewhere | Stale) & { repeated: string[] });

export interface ClaimInput {
  claim: Claim;
  via: Via;
  refusedBy: Refused;
}
export type ClaimResult = { kind: 'answered'; answer: ClaimAnswer } | Elsewhere | Stale;

export interface SubscribeInput {
  /** The times are those of its arrival. */
  subscription: Omit<StoredSubscription, 'at' | 'seenAt'> | null;
  /** Endpoints that are no more. */
  ended: string[];
  /** Whether who asks may be sent what is the person's. */
  known: boolean;
  via: Via;
  refusedBy: Refused;
}
/** `unknown`: what is the person's is not sent to whoever knows no more than an id of his. */
export type SubscribeResult = { kind: 'subscribed' | 'unknown' } | Elsewhere | Stale;

/** What a broadcast asks: a `ToldBroadcast` as JSON. */
export interface ReceiveInput {
  broadcast: string;
}
/** `passed_over`: nobody is here who could be sent anything; a device's person is asked in its place. */
export interface ReceiveResult {
  kind: 'received' | 'passed_over';
}

/** What the inspector of a device's page asks. */
export interface InspectInput {
  anonymousId: string;
  /** Whether who asks may be told what is the person's. */
  known: boolean;
  /** A draft to explain besides what is published: a `Campaign` as JSON. */
  draft: string | null;
  /** As of {@link IngestInput}. */
  test: TestVisitor | null | undefined;
  via: Via;
  refusedBy: Refused;
}
/** `json`: an `Inspected`. */
export type InspectResult = { kind: 'inspected'; json: string } | Elsewhere | Stale;

/** Why a person does not want what a device is about to send that lends what it hears; `null`: it may. */
export interface Objection {
  kind: 'objection';
  reason: string | null;
}

/** JSON; `null` when nothing was ever heard of this visitor. */
export type ReadResult = { kind: 'read'; json: string | null } | Elsewhere;

/** What a person takes over from a device, or from an e-mail or phone that turned out to be his. */
export interface AttachInput {
  /** Name of the object that hands over. */
  from: string;
  /** The device, in the epoch in which it belongs to the person; of an e-mail or phone, all that it knew. */
  devices: (Device & Pick<KnownDevice, 'verified'>)[];
  chunks: StoredChunk[];
  /** Whether the chunks may count as the person's own word. */
  verified: boolean;
  exposures: Exposure[];
  /** What else it has decided of campaigns. */
  decided: Decided;
  /** Which segments it is in. */
  segments: State['segments'];
  /** What it has stated, and the person states now. */
  facts: string[];
  /** Of an e-mail or phone: those that had led to it. */
  contacts: string[];
  /** Of the object that hands over. */
  revision: number;
  /** Whether the chunks are complete with these: from now on the device may send to the person. */
  last: boolean;
}
export type AttachResult = { kind: 'attached' } | Elsewhere;

/** Hashes of the messages that came last, by which the device knows them when they come again. */
export type DetachResult = { kind: 'detached'; told: number[] } | Elsewhere;

/** Whether the person had the device. */
export type DisownResult = { kind: 'disowned'; found: boolean } | Elsewhere;

/** What is to be explained: a `Campaign` or a `Segment` as JSON, or the id of one that is published. */
export type Asked = { campaign: string } | { id: string } | { segment: string } | { segmentId: string };
