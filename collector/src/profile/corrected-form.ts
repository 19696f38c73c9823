import { ownString, type StoredMessage } from '../message.ts';

/**
 * Whether a visitor fills in the form of the same popup once more, with another address: he has mistyped it, and is
 * nobody else.
 */
export function isCorrected(said: readonly StoredMessage[], arrived: readonly StoredMessage[]): boolean {
  const before = new Set(said.flatMap(formOf));
  return arrived.flatMap(formOf).some((popup) => before.has(popup));
}

/** The popup whose form names somebody. */
function formOf({ event, identifiers, properties }: StoredMessage): string[] {
  const popup = event === 'form_submitted' && identifiers ? ownString(properties, 'message_id') : null;
  return popup === null ? [] : [popup];
}
