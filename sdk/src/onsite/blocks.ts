import type { PopupBlock, TextRun } from '../message.ts';
import { safeUrl } from './safe-url.ts';

/** What a click on a block does besides what the block does itself. */
export type Clicked = (action: 'close' | 'url' | 'copy', href?: string) => void;

/** An element with a class and, as text only, what it says. */
export function element<K extends keyof HTMLElementTagNameMap>(tag: K, className: string, text = '') {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

function link(className: string, text: string, href: string, clicked: Clicked) {
  const safe = safeUrl(href);
  if (!safe) return undefined;
  const made = element('a', className, text);
  made.href = safe;
  made.addEventListener('click', () => clicked('url', safe));
  return made;
}

function run(part: TextRun, clicked: Clicked): Node {
  if (typeof part === 'string') return document.createTextNode(part);
  const { text, bold, italic, href } = part;
  const classes = `${bold ? 'bold ' : ''}${italic ? 'italic' : ''}`;
  return (href && link(classes, text, href, clicked)) || element('span', classes, text);
}

/** The whole chip copies; where the clipboard is out of reach (http, a permission) the code is selected instead. */
function coupon(code: string, label: string | undefined, clicked: Clicked) {
  const chip = element('button', 'coupon');
  chip.type = 'button';
  if (label) chip.append(element('span', 'label', label));
  const shown = element('span', 'code', code);
  const state = element('span', 'copy');
  // A picture in CSS needs no words; what happened is said by the check mark, to screen readers as well.
  state.setAttribute('role', 'status');
  chip.append(shown, state);
  chip.addEventListener('click', async () => {
    clicked('copy');
    try {
      await navigator.clipboard.writeText(code);
      chip.classList.add('copied');
      state.textContent = '✓';
    } catch {
      getSelection()?.selectAllChildren(shown);
    }
  });
  return chip;
}

/** The element of a block; undefined for a link that must not be followed and for blocks of a newer collector. */
export function blockElement(block: PopupBlock, clicked: Clicked): HTMLElement | undefined {
  switch (block.type) {
    case 'heading':
      return element('h2', 'heading', block.text);
    case 'text': {
      const text = element('p', 'text');
      text.append(...block.runs.map((part) => run(part, clicked)));
      return text;
    }
    case 'coupon':
      return coupon(block.code, block.label, clicked);
    case 'button': {
      if (block.action === 'url') return link('button', block.text, block.href, clicked);
      const button = element('button', 'button', block.text);
      button.type = 'button';
      button.addEventListener('click', () => clicked('close'));
      return button;
    }
  }
}
