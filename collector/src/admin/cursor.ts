import { base64url } from 'jose';
import { z } from 'zod';

/** Where a page ended, as a text that says nothing to whoever passes it back. */
export function toCursor(position: unknown): string {
  return base64url.encode(JSON.stringify(position));
}

/** Reads back what {@link toCursor} made of a position of this shape; anything else is refused. */
export function cursorOf<T extends z.ZodType>(position: T) {
  return z
    .string()
    .transform((text, context) => {
      try {
        return JSON.parse(new TextDecoder().decode(base64url.decode(text))) as unknown;
      } catch {
        context.addIssue('must be the cursor of the page before');
        return z.NEVER;
      }
    })
    .pipe(position);
}
