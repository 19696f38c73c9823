import type { Beckon } from '../api.ts';

const CLICKS = 3;
const WITHIN_MS = 1_000;
const WITHIN_PX = 30;
const MAX_DEPTH = 4;
/** Where several clicks select text. */
const TEXT = 'input,textarea,select,[contenteditable]';

/** Reports `rage_click` when an element is clicked three times within a second in one place: once per burst. */
export function watchRage(track: Beckon['track']): void {
  let burst: MouseEvent[] = [];

  addEventListener(
    'click',
    (click) => {
      const [target] = click.composedPath();
      // Keys and scripts click at (0, 0) with no detail.
      if (!click.detail || !(target instanceof Element) || target.closest(TEXT)) return;
      const last = burst.at(-1);
      const near = ({ clientX, clientY }: MouseEvent) =>
        Math.hypot(clientX - click.clientX, clientY - click.clientY) <= WITHIN_PX;
      if (last && !(click.timeStamp - last.timeStamp <= WITHIN_MS && near(last))) burst = [];
      burst.push(click);
      const [first] = burst.slice(-CLICKS);
      // Not again for the fourth click: the burst has been reported.
      if (burst.length !== CLICKS || !first) return;
      if (click.timeStamp - first.timeStamp > WITHIN_MS || !near(first)) burst.shift();
      else if (getSelection()?.isCollapsed !== false) track('rage_click', { selector: selectorOf(target) });
    },
    true,
  );
}

/** `button#buy`, or `div.card > button.buy`: enough to find the element, without its text. */
export function selectorOf(element: Element): string {
  const parts: string[] = [];
  for (let at: Element | null = element; at && parts.length < MAX_DEPTH; at = at.parentElement) {
    const id = at.getAttribute('id');
    parts.unshift(
      at.localName +
        (id
          ? `#${id}`
          : [...at.classList]
              .slice(0, 2)
              .map((name) => `.${name}`)
              .join('')),
    );
    if (id || at.localName === 'body') break;
  }
  return parts.join(' > ');
}
