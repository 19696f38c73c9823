import { ownString, type StoredMessage, setOwn } from '../message.ts';
import { timeOfId } from '../store/chunk-id.ts';
import { currencyOf, type StoredChunk } from './chunks.ts';
import { noteClick } from './deliveries.ts';
import { retract, segmentId, sessionId } from './facts.ts';
import type { History } from './history.ts';
import type { Journal } from './journal.ts';
import type { State } from './state.ts';

/**
 * What becomes of a state by chunks that were accepted, and are in the table. It is done when they come, and again
 * when the object wakes and its state was not written since.
 *
 * @param name of the profile's object
 */
export function takeIn(
  state: State,
  chunks: readonly StoredChunk[],
  messages: readonly StoredMessage[],
  journal: Journal,
  name: string,
): void {
  const ids = chunks.map(({ id }) => id);
  state.epoch ||= chunks[0]?.head.epoch ?? 0;
  const arrivals = new Map(
    chunks.flatMap(({ id, head }) => head.messageIds.map((one) => [one, timeOfId(id)])),
  );
  putHistory(state, journal.after(state.history, messages, currencyOf(chunks)));
  for (const message of messages) {
    const at = arrivals.get(message.messageId) ?? 0;
    // What the collector notes by itself is no sign of life.
    if (message.source !== 'collector') state.heardAt = Math.max(state.heardAt, at);
    noteClick(state, message);
    const left = noteSegment(state.segments, message, at);
    if (left !== null) retractSegments(state, [left], name);
  }
  state.sinceCheckpoint += messages.length;
  state.unconfirmed = [...state.unconfirmed, ...ids];
  if (state.link?.phase === 'lending') state.unlent = [...state.unlent, ...ids];
}

/**
 * Which segments the visitor is in, as the collector has noted it.
 *
 * @param at when it was noted, ms since the epoch: the message bears the time of its cause, which may have come late
 * @returns the one that was left
 */
export function noteSegment(segments: State['segments'], message: StoredMessage, at: number): string | null {
  const { source, event, properties } = message;
  const segment = source === 'collector' ? ownString(properties, 'segment') : null;
  if (segment === null) return null;
  if (event === 'segment_entered') setOwn(segments, segment, at);
  if (event !== 'segment_left') return null;
  delete segments[segment];
  return segment;
}

/** The store is told that the profile is in these segments no more, also by a device that states no others. */
export function retractSegments(state: State, segments: readonly string[], name: string): void {
  const ids = segments.map((segment) => segmentId(segment, name));
  for (const id of ids) delete state.stated[id];
  retract(state, ids);
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
