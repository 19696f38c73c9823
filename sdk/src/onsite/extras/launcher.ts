import type { Frame } from '../popup.ts';

/** The tab at the edge of the screen that opens the popup; undefined where its content has none. */
export function launcher({ content, shadow, make: element, reopen }: Frame): HTMLElement | undefined {
  const { text } = content.launcher ?? {};
  if (!text) return undefined;
  const tab: HTMLElement = element(
    'div',
    'popup tab',
    element('button', '', text, {
      type: 'button',
      onclick() {
        reopen();
        tab.hidePopover?.();
      },
    }),
    { popover: 'manual', role: 'region', ariaLabel: text },
  );
  shadow.append(tab);
  return tab;
}
