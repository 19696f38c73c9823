import type { Frame } from '../popup.ts';

/** The tab at the edge of the screen that opens the popup; undefined where its content has none. */
export function launcher({ content, root, surface, element, open }: Frame): HTMLElement | undefined {
  if (!content.launcher) return undefined;
  const { lang, dir } = surface;
  const button = element('button', '', content.launcher.text, {
    type: 'button',
    onclick() {
      open();
      tab.hidePopover?.();
    },
  });
  const tab: HTMLElement = element('div', 'popup tab', button, {
    lang,
    dir,
    popover: 'manual',
    role: 'region',
    ariaLabel: content.launcher.text,
  });
  root.append(tab);
  return tab;
}
