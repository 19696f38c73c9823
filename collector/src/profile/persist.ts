import type { Stated } from './facts.ts';
import { emptyHistory, type History, trim } from './history.ts';
import type { Order } from './orders.ts';
import type { ProfileTable } from './profile-table.ts';
import { isOver, type Session } from './sessions.ts';
import { emptyState, type State } from './state.ts';

/** What changes seldom, in a row of its own, so that an event does not cost more in a profile with a long past. */
interface Detail {
  /** Oldest sessions, all over. */
  sessions: Session[];
  olderSessions: number;
  orders: Order[];
  stated: Stated;
}

/** Characters of each of the two rows; a larger one loses its oldest detail. */
const MAX_LENGTH = 256_000;
/** After so many, one item of each kind is left. */
const MAX_HALVINGS = 10;
/** Sessions that are over move to the detail in groups of so many. */
const SESSIONS_AT_ONCE = 16;

/** The state of an object in its two rows. */
export class StateRows {
  readonly #table: ProfileTable;
  /** What is on disk. */
  #detail: Detail = emptyDetail();
  /** The history as it was written last; another one may differ in anything. */
  #history: History | null = null;
  #orderChanges = 0;

  constructor(table: ProfileTable) {
    this.#table = table;
  }

  read(): State {
    const stored = this.#table.readState<State, Detail>();
    const state: State = { ...emptyState(), ...stored.state };
    this.#detail = stored.detail ?? emptyDetail();
    state.history = { ...emptyHistory(), ...state.history };
    const { history } = state;
    const dropped = history.olderSessions - this.#detail.olderSessions;
    history.sessions = [...this.#detail.sessions.slice(dropped), ...history.sessions];
    history.orders.list = [...this.#detail.orders];
    state.stated = { ...this.#detail.stated, ...state.stated };
    this.#history = history;
    this.#orderChanges = history.orders.changes;
    return state;
  }

  /** Writes one row, or two. Call it in a transaction. */
  write(state: State): void {
    for (let halvings = 0; !this.#write(state) && halvings < MAX_HALVINGS; halvings++) {
      // What is long for another reason does not become shorter by it.
      if (JSON.stringify(state.history).length <= MAX_LENGTH / 2) return;
      trim(state.history);
    }
  }

  forget(): void {
    this.#detail = emptyDetail();
    this.#history = null;
  }

  /** @returns whether it is within {@link MAX_LENGTH}; it is written all the same */
  #write(state: State): boolean {
    const { history } = state;
    const next = this.#nextDetail(state);
    const detailLength = next === this.#detail ? 0 : this.#table.write('detail', next);
    this.#detail = next;
    this.#history = history;
    this.#orderChanges = history.orders.changes;
    const dropped = history.olderSessions - next.olderSessions;
    const sessions = history.sessions.slice(next.sessions.length - dropped);
    const stated = Object.fromEntries(
      Object.entries(state.stated).filter(([id, digest]) => next.stated[id] !== digest),
    );
    const orders = { ...history.orders, list: [] };
    const length = this.#table.write('state', {
      ...state,
      stated,
      history: { ...history, sessions, orders },
    });
    return Math.max(length, detailLength) <= MAX_LENGTH;
  }

  #nextDetail({ history, stated }: State): Detail {
    const before = this.#detail;
    const dropped = history.olderSessions - before.olderSessions;
    const cold = before.sessions.length - dropped;
    const over = history.sessions.findIndex((session) => !isOver(session, history.lastSeen));
    const closed = over < 0 ? history.sessions.length : over;
    const same =
      cold >= 0 &&
      closed - cold <= SESSIONS_AT_ONCE &&
      history.orders.changes === this.#orderChanges &&
      Object.keys(before.stated).every((id) => Object.hasOwn(stated, id)) &&
      (history === this.#history || isPart(before, history, cold));
    if (same) return before;
    return {
      sessions: history.sessions.slice(0, closed),
      olderSessions: history.olderSessions,
      orders: structuredClone(history.orders.list),
      stated: { ...stated },
    };
  }
}

/** Whether a history that was made anew still begins with the detail. */
function isPart(detail: Detail, history: History, cold: number): boolean {
  return (
    JSON.stringify(detail.sessions.slice(detail.sessions.length - cold)) ===
      JSON.stringify(history.sessions.slice(0, cold)) &&
    JSON.stringify(detail.orders) === JSON.stringify(history.orders.list)
  );
}

function emptyDetail(): Detail {
  return { sessions: [], olderSessions: 0, orders: [], stated: {} };
}
