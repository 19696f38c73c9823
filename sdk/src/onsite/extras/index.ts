import type { Extras, Frame } from '../popup.ts';
import { countdown } from './countdown.ts';
import { createForm } from './form.ts';
import { launcher } from './launcher.ts';
import { picture } from './picture.ts';

export { watch } from '../triggers/index.ts';

/**
 * All that a plain modal does not need: the other kinds, the launcher, and most blocks.
 */
export function extras(frame: Frame): Extras {
  const { content, shadow, surface, card, make: element, makeLink: link, act, finish: end, fill } = frame;
  const { kind, slot, steps, texts } = content;
  const modal = kind === 'modal';
  const inline = kind === 'inline';
  if (!modal) surface.role = 'region';
  if (!modal && !inline) {
    surface.popover = 'manual';
    surface.onkeydown = ({ key }) => {
      if (key === 'Escape') end('escape');
    };
  }

  const go = (id: string | undefined) => {
    const step = steps?.find((one) => one.id === id);
    const inside = modal || document.activeElement === shadow.host;
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
    draw(block) {
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
    goTo: go,
    send: form.submit,
    handle: inline ? undefined : launcher(frame),
    findSlot: inline ? () => document.querySelector(`[data-beckon-slot="${slot}"]`) : undefined,
  };
}
