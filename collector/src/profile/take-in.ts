import type { StoredMessage } from '../message.ts';
import { currencyOf, type StoredChunk } from './chunks.ts';
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
  state.history = journal.after(state.history, messages, currencyOf(chunks));
  state.sinceCheckpoint += messages.length;
  state.unconfirmed = [...state.unconfirmed, ...ids];
  if (state.link?.phase === 'lending') state.unlent = [...state.unlent, ...ids];
}
