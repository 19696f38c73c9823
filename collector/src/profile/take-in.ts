import type { StoredMessage } from '../message.ts';
import { timeOfId } from '../store/chunk-id.ts';
import { currencyOf, type StoredChunk } from './chunks.ts';
import { retract, sessionId } from './facts.ts';
import type { History } from './history.ts';
import type { Journal } from './journal.ts';
import type { State } from './state.ts';

/**
 * What becomes of a state by chunks that were accepted, and are in the table. It is done when they come, and again
 * when the object wakes and its state was not written since.
 */
export function takeIn(
  state: State,
  chunks: readonly StoredChunk[],
  messages: readonly StoredMessage[],
  journal: Journal,
): void {
  const ids = chunks.map(({ id }) => id);
  state.epoch ||= chunks[0]?.head.epoch ?? 0;
  state.heardAt = Math.max(state.heardAt, ...chunks.map(({ id }) => timeOfId(id)));
  putHistory(state, journal.after(state.history, messages, currencyOf(chunks)));
  state.sinceCheckpoint += messages.length;
  state.unconfirmed = [...state.unconfirmed, ...ids];
  if (state.link?.phase === 'lending') state.unlent = [...state.unlent, ...ids];
}

/** Another history; what it does not say any more of sessions has to be taken back from the store. */
export function putHistory(state: State, history: History): void {
  const before = state.history;
  state.history = history;
  if (history === before) return;
  const still = new Set(history.sessions.map(sessionId));
  const oldest = history.olderSessions > 0 ? (history.sessions[0]?.start ?? 0) : 0;
  const gone = before.sessions.filter((session) => session.start >= oldest).map(sessionId);
  retract(
    state,
    gone.filter((id) => !still.has(id)),
  );
}
