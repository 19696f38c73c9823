import type { Watch } from './watch.ts';

/** ms of visible time after arming before anything counts: who leaves at once was not interested. */
const ARMED_MS = 5_000;
/** ms hidden after which a return on a phone counts. */
const AWAY_MS = 5_000;
/** ms within which a scroll back is one movement of the finger, and moves its share of the window's height. */
const SWIPE_MS = 300;
const SWIPE_SHARE = 0.5;
/** ms for which a click or a touch explains what follows. */
const RECENT_MS = 1_000;

const now = () => performance.now();

/**
 * Fires when the visitor seems to leave. With a mouse: the pointer goes out over the top edge, where tabs, address and
 * the way back are; not when that follows a click on a link, nor out of a list or field that opens a menu of the
 * browser's. On touch: a fast scroll up after half a window of reading, which brings the address bar, or a return
 * after 5 s elsewhere. The history is left alone.
 */
export function onExit({ signal, fire, afterVisible, isEngaged }: Watch): void {
  afterVisible(ARMED_MS, signal, () => {
    let clicked = -RECENT_MS;
    const isClicked = () => now() - clicked < RECENT_MS;
    const options = { passive: true, capture: true, signal };
    addEventListener(
      'click',
      () => {
        clicked = now();
      },
      options,
    );
    if (matchMedia('(hover:hover) and (pointer:fine)').matches) byMouse();
    else byTouch();

    function byMouse() {
      document.addEventListener(
        'mouseout',
        ({ relatedTarget, clientY, buttons }) => {
          // A pressed button: text is being marked, or something dragged.
          if (!relatedTarget && clientY <= 0 && !buttons && !isEngaged() && !isClicked()) fire();
        },
        options,
      );
    }

    function byTouch() {
      let touched = -RECENT_MS;
      let left = Number.POSITIVE_INFINITY;
      let deep = false;
      /** Where the present movement upwards began. */
      let from = scrollY;
      let since = now();
      let last = scrollY;
      addEventListener(
        'touchmove',
        () => {
          touched = now();
        },
        options,
      );
      addEventListener(
        'scroll',
        () => {
          const y = scrollY;
          deep ||= y >= innerHeight / 2;
          if (y > last || now() - since > SWIPE_MS) {
            from = Math.max(last, y);
            since = now();
          }
          last = y;
          // Not where the page scrolls by itself, as to its top after a link.
          const isSwipe = now() - touched < RECENT_MS && !isClicked();
          if (deep && isSwipe && from - y >= innerHeight * SWIPE_SHARE) fire();
        },
        options,
      );
      document.addEventListener(
        'visibilitychange',
        () => {
          if (document.hidden) left = now();
          else if (now() - left >= AWAY_MS) fire();
        },
        options,
      );
    }
  });
}
