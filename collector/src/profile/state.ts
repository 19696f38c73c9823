import type { Exposure } from '../campaigns/gates.ts';
import { emptyHistory, type History } from './history.ts';
import type { KnownDevice, Link } from './link.ts';

/** A claim that was answered with no: kept so that asking again gives the same answer. */
export interface Refusal {
  claimId: string;
  reason: string;
}

/** A profile's one row of state. */
export interface State {
  v: 1;
  history: History;
  /** Of a device on which somebody has identified. */
  link: Link | null;
  /** Of a person. */
  devices: KnownDevice[];
  /** Everything is being erased; nothing more is taken until that is done. */
  forgetting: boolean;
  /** Popups shown, oldest first: born here, so no message holds them. */
  exposures: Exposure[];
  refusals: Refusal[];
  /** Chunks that the store has not confirmed. */
  unconfirmed: string[];
  /** Chunks that the store must still erase. */
  erasing: string[];
}

const MAX_EXPOSURES = 200;
const MAX_REFUSALS = 20;

export function emptyState(): State {
  return {
    v: 1,
    history: emptyHistory(),
    link: null,
    devices: [],
    forgetting: false,
    exposures: [],
    refusals: [],
    unconfirmed: [],
    erasing: [],
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
