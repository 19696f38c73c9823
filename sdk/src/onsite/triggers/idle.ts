import type { Listen } from './index.ts';

/** A finger is a pointer, too, until it scrolls. */
const ACTIVITY = ['pointermove', 'pointerdown', 'keydown', 'scroll'] as const;

/** Lets the time of a visitor who looks at the page and does nothing begin anew with whatever they do. */
export function onIdle(listen: Listen, again: () => void): void {
  for (const type of ACTIVITY) listen(type, again);
}
