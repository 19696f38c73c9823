import type { Exposure } from '../campaigns/gates.ts';
import type { Stated } from './facts.ts';
import { emptyHistory, type History } from './history.ts';
import type { KnownDevice, Link } from './link.ts';

/** A claim that was answered with no: kept so that asking again gives the same answer. */
export interface Refusal {
  claimId: string;
  reason: string;
}

/** What a profile knows besides its chunks. */
export interface State {
  v: 1;
  history: History;
  /** Of a device: when it began to belong to nobody, ms since the epoch; see {@link Link.epoch}. */
  epoch: number;
  /** Of a device on which somebody has identified; of an e-mail or phone whose user id is known. */
  link: Link | null;
  /** Of a device that belongs to nobody: whom it has belonged to. */
  formerly: string[];
  /** Of a device: hashes of messages that earlier people have; sent again, they are not news of the present one. */
  foreign: number[];
  /** Of a device: chunks that a person gave back, by id; they are put aside before somebody else gets the others. */
  own: string[];
  /** Of a device: chunks that its person has no copy of yet. */
  unlent: string[];
  /** Of a person. */
  devices: KnownDevice[];
  /** Of a person: `<anonymousId>/<epoch>` of devices that turned out not to be his. */
  disowned: string[];
  /** Of a person: the objects of e-mails, phones and cards that have led here. */
  contacts: string[];
  /** Everything is being erased; nothing more is taken until that is done. */
  forgetting: boolean;
  /** Popups shown, oldest first: born here, so no message holds them. */
  exposures: Exposure[];
  refusals: Refusal[];
  /** Chunks that the store has not confirmed. */
  unconfirmed: string[];
  /** Chunks that the store must still erase. */
  erasing: string[];
  /** Facts that the store has, as far as is remembered: the others are told again. */
  stated: Stated;
  /** Facts that are not so any more, and that the store may still have. */
  retracted: string[];
  /** Of a person: devices whose facts the store must forget once more, when none of them is on its way any more. */
  purging: string[];
  /** When messages came last, ms since the epoch. */
  heardAt: number;
  /** Of the facts: the time of the last write, ms since the epoch, and greater with each. */
  revision: number;
  /** Place of the chunk that came last. */
  places: number;
  /** Messages since the checkpoint. */
  sinceCheckpoint: number;
}

const MAX_EXPOSURES = 200;
const MAX_REFUSALS = 20;
export const MAX_DISOWNED = 100;
export const MAX_CONTACTS = 100;
export const MAX_FOREIGN = 1_000;

export function emptyState(): State {
  return {
    v: 1,
    history: emptyHistory(),
    epoch: 0,
    link: null,
    formerly: [],
    foreign: [],
    own: [],
    unlent: [],
    devices: [],
    disowned: [],
    contacts: [],
    forgetting: false,
    exposures: [],
    refusals: [],
    unconfirmed: [],
    erasing: [],
    stated: {},
    retracted: [],
    purging: [],
    heardAt: 0,
    revision: 0,
    places: 0,
    sinceCheckpoint: 0,
  };
}

/** Adds what was not counted yet, in the order of their times. */
export function addExposures(state: State, exposures: readonly Exposure[]): void {
  const fresh = exposures.filter(
    ({ claimId }) => !state.exposures.some((known) => known.claimId === claimId),
  );
  state.exposures = [...state.exposures, ...fresh].sort((a, b) => a.at - b.at).slice(-MAX_EXPOSURES);
}

export function addRefusal(state: State, refusal: Refusal): void {
  state.refusals = [...state.refusals, refusal].slice(-MAX_REFUSALS);
}

export function addForeign(state: State, hashes: readonly number[]): void {
  state.foreign = [...new Set([...state.foreign, ...hashes])].slice(-MAX_FOREIGN);
}
