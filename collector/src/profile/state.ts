import type { Exposure } from '../campaigns/gates.ts';
import { emptyHistory, type History } from './history.ts';

/** A claim that was answered with no: kept so that asking again gives the same answer. */
export interface Refusal {
  claimId: string;
  reason: string;
}

/** A profile's one row of state. */
export interface State {
  v: 1;
  history: History;
  /** Popups shown, oldest first: born here, so no message holds them. */
  exposures: Exposure[];
  refusals: Refusal[];
  /** Chunks that the store has not confirmed. */
  unconfirmed: string[];
}

const MAX_EXPOSURES = 200;
const MAX_REFUSALS = 20;

export function emptyState(): State {
  return { v: 1, history: emptyHistory(), exposures: [], refusals: [], unconfirmed: [] };
}

export function addExposure(state: State, exposure: Exposure): void {
  state.exposures = [...state.exposures, exposure].slice(-MAX_EXPOSURES);
}

export function addRefusal(state: State, refusal: Refusal): void {
  state.refusals = [...state.refusals, refusal].slice(-MAX_REFUSALS);
}
