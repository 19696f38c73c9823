import type { AfterVisible } from '../after-visible.ts';

/** ms of visible time after arming before anything counts: who leaves at once was not interested. */
const ARMED_MS = 5_000;
/** ms hidden after which a return on a phone counts. */
const AWAY_MS = 5_000;
/** ms within which a scroll back by half the window is one movement of the finger. */
const SWIPE_MS = 300;
/** ms for which a click or a touch explains what follows. */
const RECENT_MS = 1_000;

const now = () => performance.now();

/**
 * Fires when the visitor seems to leave. With a mouse: the pointer goes out over the top edge, where tabs, address and
 * the way back are; not when that follows a click on a link, nor out of a list or field that opens a menu of the
 * browser's. On touch: a fast scroll up after half a window of reading, which brings the address bar, or a return
 * after 5 s elsewhere. The history is left alone.
 */
export function onExit(
  signal: AbortSignal,
  fire: () => void,
  afterVisible: AfterVisible,
  isEngaged: () => boolean,
): void {
  const options = { passive: true, capture: true, signal };
  /** Asks whether this has happened a moment ago. */
  const watchFor = (type: string) => {
    let at = -RECENT_MS;
    addEventListener(
      type,
      () => {
        at = now();
      },
      options,
    );
    return () => now() - at < RECENT_MS;
  };

  afterVisible(ARMED_MS, signal, () => {
    const isClicked = watchFor('click');
    if (matchMedia('(hover:hover) and (pointer:fine)').matches) {
      addEventListener(
        'mouseout',
        ({ relatedTarget, clientY, buttons }) => {
          // A pressed button: text is being marked, or something dragged.
          if (!relatedTarget && clientY <= 0 && !buttons && !isEngaged() && !isClicked()) fire();
        },
        options,
      );
      return;
    }
    const isTouched = watchFor('touchmove');
    let left = Number.POSITIVE_INFINITY;
    let deep = false;
    /** Where and when the present movement upwards began. */
    let from = scrollY;
    let since = now();
    let last = from;
    addEventListener(
      'scroll',
      () => {
        const y = scrollY;
        deep ||= y * 2 >= innerHeight;
        if (y > last || now() - since > SWIPE_MS) {
          from = Math.max(last, y);
          since = now();
        }
        last = y;
        // Not where the page scrolls by itself, as to its top after a link.
        if (deep && (from - y) * 2 >= innerHeight && isTouched() && !isClicked()) fire();
      },
      options,
    );
    addEventListener(
      'visibilitychange',
      () => {
        if (document.hidden) left = now();
        else if (now() - left >= AWAY_MS) fire();
      },
      options,
    );
  });
}
