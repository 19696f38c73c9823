import type { Listen, Of } from './index.ts';

/**
 * Fires when the visitor has come so far down what can be scrolled (50 % when absent). A page that fits into the
 * window says nothing about the visitor's interest: there it never fires. Browsers tell of scrolling once per frame.
 */
export function onScroll({ percent = 50 }: Of<'scroll'>, fire: () => void, listen: Listen): void {
  const look = () => {
    const range = document.documentElement.scrollHeight - innerHeight;
    // 1: where one CSS pixel is several of the screen's, the end is not reached to the last fraction.
    if (range > 1 && scrollY + 1 >= (range * percent) / 100) fire();
  };
  listen('scroll', look);
  look();
}
