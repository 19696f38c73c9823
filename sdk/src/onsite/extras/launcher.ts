import type { Frame } from '../popup.ts';

/** The tab at the edge of the screen that opens the popup; undefined where its content has none. */
export function launcher({ content, root, surface, element, open }: Frame): HTMLElement | undefined {
  if (!content.launcher || content.kind === 'inline') return undefined;
  const tab = element('div', 'popup tab');
  tab.popover = 'manual';
  tab.lang = surface.lang;
  tab.dir = surface.dir;
  tab.style.cssText = surface.style.cssText;
  tab.role = 'region';
  const button = element('button', '', content.launcher.text);
  button.id = 'tab';
  button.type = 'button';
  tab.setAttribute('aria-labelledby', 'tab');
  button.addEventListener('click', () => {
    open();
    tab.hidePopover?.();
  });
  tab.append(button);
  root.append(tab);
  return tab;
}
