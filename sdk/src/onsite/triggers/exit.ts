import type { Listen } from './index.ts';

/** ms hidden after which a return on a phone counts. */
const AWAY_MS = 5_000;
/** ms within which a scroll back by half the window is one movement. */
const SWIPE_MS = 300;
/** ms for which a click explains what follows. */
const RECENT_MS = 1_000;

/**
 * Fires when the visitor seems to leave. With a mouse: the pointer goes out over the top edge, where tabs, address and
 * the way back are; not when that follows a click on a link, nor out of a list or field that opens a menu of the
 * browser's. On touch: a fast scroll up by half a window, which brings the address bar, or a return after 5 s
 * elsewhere. The history is left alone.
 */
export function onExit(fire: () => void, listen: Listen, isEngaged: () => boolean): void {
  const now = () => performance.now();
  let clicked: number | undefined;
  listen('click', () => {
    clicked = now();
  });
  const isClicked = () => now() - (clicked as number) < RECENT_MS;
  if (matchMedia('(hover:hover) and (pointer:fine)').matches) {
    listen('mouseout', ({ relatedTarget, clientY, buttons }) => {
      // A pressed button: text is being marked, or something dragged.
      if (!relatedTarget && clientY <= 0 && !buttons && !isEngaged() && !isClicked()) fire();
    });
    return;
  }
  let left: number | undefined;
  /** Where and when the present movement upwards began. */
  let from = scrollY;
  let since = now();
  let last = from;
  listen('scroll', () => {
    const y = scrollY;
    if (y > last || now() - since > SWIPE_MS) {
      from = Math.max(last, y);
      since = now();
    }
    last = y;
    // Not beyond the top, from where the page springs back, nor where it scrolls by itself, as to its top after a link.
    if (y >= 0 && (from - y) * 2 >= innerHeight && !isClicked()) fire();
  });
  listen('visibilitychange', () => {
    if (document.hidden) left = now();
    else if (now() - (left as number) >= AWAY_MS) fire();
  });
}
