import type { JsonObject } from '../message.ts';

/** ms below which a look at a page is not worth a message. */
const WORTH_MS = 500;

/**
 * Measures, as GA4 does, how long the page is in front of the visitor, and how far down it is seen, without any timer.
 * @param report - called with GA4's properties
 * @returns to be called whenever the page is shown, hidden or left, or another one begins (`entered`); reports what
 * has been seen until then
 */
export function watchEngagement(report: (properties: JsonObject) => void): (entered?: boolean) => void {
  let visible = !document.hidden;
  let since = performance.now();
  let spentMs = 0;
  let scrolled = 0;

  addEventListener('scroll', () => {
    scrolled = Math.max(scrolled, scrollY);
  });
  return (entered) => {
    const now = performance.now();
    if (visible) spentMs += now - since;
    since = now;
    visible = !document.hidden;
    if (spentMs >= WORTH_MS) {
      const share = (scrolled + innerHeight) / document.documentElement.scrollHeight;
      report({
        engagement_time_msec: Math.round(spentMs),
        percent_scrolled: Math.min(100, Math.round(share * 100)),
      });
      spentMs = 0;
    }
    if (entered) scrolled = 0;
  };
}
