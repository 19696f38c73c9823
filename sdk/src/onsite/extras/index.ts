import type { Extras, Frame } from '../popup.ts';
import { countdown } from './countdown.ts';
import { createForm } from './form.ts';
import { launcher } from './launcher.ts';
import { picture } from './picture.ts';

export { watch } from '../triggers/index.ts';

/**
 * All that a plain modal does not need: the other kinds, the launcher, and most blocks.
 * @returns undefined for a kind of a newer collector
 */
export function createExtras(frame: Frame): Extras | undefined {
  const { content, root, surface, card, element, link, act, end, fill } = frame;
  const { kind, slot, steps, texts } = content;
  const modal = kind === 'modal';
  const inline = kind === 'inline';
  if (!/^(modal|slide-in|bar|inline)$/.test(kind)) return undefined;
  if (!modal) surface.role = 'region';
  if (!modal && !inline) {
    surface.popover = 'manual';
    surface.onkeydown = ({ key, isComposing }) => {
      if (key === 'Escape' && !isComposing) end('escape');
    };
  }

  const go = (id: string | undefined) => {
    const step = steps?.find((one) => one.id === id);
    const inside = modal || document.activeElement === root.host;
    form.begin(id);
    // Read out also where the focus is not in it.
    card.ariaLive = 'polite';
    if (!step || !fill(step.blocks)) return end('action');
    if (inside) card.focus();
    card.scrollTop = 0;
  };
  const form = createForm(frame, go);
  card.onsubmit = () => false;
  card.noValidate = true;

  return {
    block(block) {
      switch (block.type) {
        case 'image':
          return picture(frame, block.width < 320 ? '' : 'wide', block);
        case 'field':
          return form.field(block);
        case 'rating':
          return form.rating(block);
        case 'countdown':
          return countdown(element, block, texts);
        case 'products': {
          const rows = block.items.map(({ name, price, href, image }) => {
            const parts = [
              image && picture(frame, '', image),
              element('span', 'name', name),
              element('b', '', price),
            ];
            return element(
              'li',
              '',
              (href && link('product', parts, href, act)) || element('div', 'product', parts),
            );
          });
          return rows[0] && element('ul', 'products', rows);
        }
        case 'spacer':
          return element('div', block.size);
      }
    },
    go,
    submit: form.submit,
    tab: inline ? undefined : launcher(frame),
    slot: inline ? () => document.querySelector(`[data-beckon-slot="${slot}"]`) : undefined,
  };
}
