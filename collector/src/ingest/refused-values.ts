import type { Json, JsonObject } from '../../../sdk/src/message.ts';
import { setOwn } from '../message.ts';

/** Why a value of a form or survey is not taken as it was sent. */
export type Refusal =
  | 'unknown'
  | 'type'
  | 'required'
  | 'email'
  | 'phone'
  | 'option'
  | 'scale'
  | 'not_ticked'
  | 'too_long'
  | 'too_many';

/** Values that are kept, and characters of each. */
const MAX_KEPT = 20;
const MAX_LENGTH = 500;
const MAX_NAME_LENGTH = 64;

/** Values that were refused: kept beside the others, so that nothing a visitor wrote is lost without a word. */
export class RefusedValues {
  readonly #kept: JsonObject = {};
  #count = 0;

  add(name: string, value: Json, reason: Refusal): void {
    if (this.#count++ >= MAX_KEPT) return;
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    const shown = text.length > MAX_LENGTH ? text.slice(0, MAX_LENGTH).toWellFormed() : value;
    setOwn(this.#kept, name.slice(0, MAX_NAME_LENGTH).toWellFormed(), { value: shown, reason });
  }

  /** For the properties; nothing when all were taken. */
  get invalid(): { invalid?: JsonObject } {
    return this.#count > 0 ? { invalid: this.#kept } : {};
  }

  /** For the developer. */
  warnings(event: string): string[] {
    if (this.#count === 0) return [];
    const named = Object.entries(this.#kept)
      .slice(0, 5)
      .map(([name, refused]) => `"${name}" (${(refused as { reason: string }).reason})`);
    const more = this.#count > named.length ? ` and ${this.#count - named.length} more` : '';
    return [
      `${event}: ${named.join(', ')}${more} cannot be taken as sent, and are kept under "invalid"; the rest counts.`,
    ];
  }
}
