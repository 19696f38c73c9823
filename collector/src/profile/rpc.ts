import type { ClaimAnswer } from '../../../sdk/src/message.ts';
import type { Decision } from '../campaigns/decide.ts';
import type { Claim } from './answer-claim.ts';
import type { Device } from './link.ts';

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
  /** Who identified with these messages: the name of the person's object. */
  person: string | null;
  via: Via;
  refusedBy: Refused;
}
export type IngestResult = { kind: 'stored'; decisions: Decision[] } | Elsewhere | Stale;

export interface ClaimInput {
  claim: Claim;
  via: Via;
}
export type ClaimResult = { kind: 'answered'; answer: ClaimAnswer } | Elsewhere | Stale;

/** JSON of the profile; `null` when nothing was ever heard of this visitor. */
export type ReadResult = { kind: 'read'; profile: string | null } | Elsewhere;
