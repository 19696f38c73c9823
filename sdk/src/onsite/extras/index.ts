import type { PopupBlock } from '../../message.ts';
import type { Extras, Frame } from '../popup.ts';
import { countdown } from './countdown.ts';
import { createForm } from './form.ts';
import { launcher } from './launcher.ts';
import { picture } from './picture.ts';
import { followSlot, slotOf } from './slot.ts';
import { CSS } from './style.ts';

/**
 * All that a plain modal does not need: the other kinds, the launcher, and most blocks.
 * @returns undefined for a kind of a newer collector
 */
export function createExtras(frame: Frame): Extras | undefined {
  const { content, root, surface, card, element, link, act, end, fill, sheet } = frame;
  const { kind, position, steps, texts = {} } = content;
  const modal = kind === 'modal';
  const inline = kind === 'inline';
  const floats = kind === 'slide-in' || kind === 'bar';
  if (!modal && !inline && !floats) return undefined;
  root.adoptedStyleSheets.push(sheet(CSS));

  if (!modal) surface.role = 'region';
  if (floats) {
    surface.popover = 'manual';
    surface.className += ` ${(position ?? (kind === 'bar' ? 'top' : 'bottom-end')).replace('-', ' ')}`;
    surface.addEventListener('keydown', ({ key, isComposing }) => {
      if (key === 'Escape' && !isComposing) end('escape');
    });
  }

  const form = createForm(frame, (step) => extras.go(step));
  card.addEventListener('submit', (event) => event.preventDefault());
  (card as HTMLFormElement).noValidate = true;

  const image = (given: Parameters<typeof picture>[2]) => picture(element, frame.endpoint, given);
  let pictures = 0;

  function products({ items }: PopupBlock & { type: 'products' }) {
    const list = element('ul', 'products');
    for (const { name, price, href, image: given } of items) {
      const row = (href && link('product', '', href, act)) || element('div', 'product');
      row.append((given && image(given)) ?? '', element('span', 'name', name));
      if (price) row.append(element('span', 'price', price));
      const item = element('li', '');
      item.append(row);
      list.append(item);
    }
    return items.length ? list : undefined;
  }

  const extras: Extras = {
    block(block) {
      switch (block.type) {
        case 'image': {
          const made = image(block);
          if (!made) return undefined;
          if (block.width >= 320) made.className += ' wide';
          if (modal && !pictures++ && /^(start|end)$/.test(content.picture ?? '')) {
            made.className += ' aside';
            card.classList.add(content.picture as string);
          }
          return made;
        }
        case 'field':
          return form.field(block);
        case 'rating':
          return form.rating(block);
        case 'countdown':
          return countdown(element, block, texts, form.during());
        case 'products':
          return products(block);
        case 'spacer':
          return element('div', block.size ?? 'medium');
      }
    },
    go(id) {
      const step = [steps ?? []].flat().find((one) => one?.id === id);
      const inside = modal || root.activeElement;
      form.begin(id);
      pictures = 0;
      // Read out also where the focus is not in it.
      card.ariaLive = 'polite';
      if (!step || !fill(step.blocks)) return end('action');
      if (inside) surface.focus();
      surface.scrollTop = 0;
    },
    submit: form.submit,
    tab: launcher(frame),
    stop: () => form.begin(''),
  };
  if (inline) {
    extras.slot = () => slotOf(content.slot);
    extras.keep = () => followSlot(frame);
  }
  return extras;
}
