import type { Of } from './of.ts';

/**
 * Fires when the visitor has come so far down what can be scrolled (50 % when absent). A page that fits into the
 * window says nothing about the visitor's interest: there it never fires.
 */
export function onScroll({ percent = 50 }: Of<'scroll'>, signal: AbortSignal, fire: () => void): void {
  let looks = false;
  const look = () => {
    looks = false;
    const range = document.documentElement.scrollHeight - innerHeight;
    // 1: where one CSS pixel is several of the screen's, the end is not reached to the last fraction.
    if (!signal.aborted && range > 1 && scrollY + 1 >= (range * percent) / 100) fire();
  };
  const options = { passive: true, signal };
  addEventListener(
    'scroll',
    () => {
      if (!looks) requestAnimationFrame(look);
      looks = true;
    },
    options,
  );
  look();
}
