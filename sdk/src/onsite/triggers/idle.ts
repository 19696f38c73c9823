import type { AfterVisible } from '../after-visible.ts';
import type { Of } from './of.ts';

/** A finger is a pointer, too, until it scrolls. */
const ACTIVITY = ['pointermove', 'pointerdown', 'keydown', 'scroll'];

/** Fires when the visitor has looked at the page for so long (20 s when absent) and done nothing. */
export function onIdle(
  { idleMs = 20_000 }: Of<'idle'>,
  signal: AbortSignal,
  fire: () => void,
  afterVisible: AfterVisible,
): void {
  const again = afterVisible(idleMs, signal, fire);
  for (const type of ACTIVITY) addEventListener(type, again, { passive: true, capture: true, signal });
}
