/** How one object goes through a broadcast's people. */
export interface Turn {
  /** Of people that are asked before it is written down how far it has come. */
  page: number;
  /** After so many people, or ms, it goes on in another alarm: each has limits of time, and of calls to others. */
  people: number;
  ms: number;
}

export const TURN: Turn = { page: 50, people: 500, ms: 10_000 };
/** An object has six connections at once. */
export const PARALLEL = 6;

/** How many are asked next. */
export function pageSize(ratePerSecond: number, asked: number, turn: Turn): number {
  return Math.min(ratePerSecond, turn.page, turn.people - asked);
}

/** How long to wait after so many were asked, ms. */
export function pauseAfter(asked: number, ratePerSecond: number, tookMs: number): number {
  return Math.max(0, (asked * 1_000) / ratePerSecond - tookMs);
}

/** Rounds in which somebody may fail while others answer, and while nobody does; each waits twice as long. */
const TRIES = { alone: 3, together: 10 };
const MAX_WAIT_MS = 300_000;

/** Whether somebody who has failed so often is passed over, so that all others do not wait for him for ever. */
export function isGivenUp(failures: number, othersAnswer: boolean): boolean {
  return failures >= (othersAnswer ? TRIES.alone : TRIES.together);
}

/** Until those who have failed are asked again, ms. */
export function waitAfter(failures: number): number {
  return Math.min(1_000 * 2 ** (failures - 1), MAX_WAIT_MS);
}
