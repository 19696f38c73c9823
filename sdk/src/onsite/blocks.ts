import type { PopupBlock, PopupContent, TextRun } from '../message.ts';
import { safeUrl } from './safe-url.ts';

/** What a button or link is for; the popup does it, and tells what it did. */
export type Act = (
  action: 'close' | 'url' | 'copy' | 'call' | 'step' | 'apply' | 'submit',
  detail: { href?: string; name?: string; step?: string },
) => void;

/** An element with a class and, as text only, what it says. */
export function element<K extends keyof HTMLElementTagNameMap>(tag: K, className: string, text = '') {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

/** A link, or undefined where the address is none that a visitor may be sent to. */
export function link(
  className: string,
  text: string,
  href: string,
  act: Act,
  action: 'url' | 'apply' = 'url',
) {
  const safe = safeUrl(href);
  if (!safe) return undefined;
  const made = element('a', className, text);
  made.href = safe;
  made.addEventListener('click', () => act(action, { href: safe }));
  return made;
}

function run(part: TextRun, act: Act): Node | string {
  // Also where a newer collector sends something else: shown as text.
  if (typeof part !== 'object') return String(part);
  const { text, bold, italic, href } = part;
  const classes = `${bold ? 'bold ' : ''}${italic ? 'italic' : ''}`;
  return (href && link(classes, text, href, act)) || element('span', classes, text);
}

/** Copies; where the clipboard is out of reach (http, a permission) the code is selected instead. */
async function copy(code: string, done: () => void, shown?: Node) {
  try {
    await navigator.clipboard.writeText(code);
    done();
  } catch {
    if (shown) getSelection()?.selectAllChildren(shown);
  }
}

function button(className: string, text: string, clicked: () => void) {
  const made = element('button', className, text);
  made.type = 'button';
  made.addEventListener('click', clicked);
  return made;
}

/** The whole chip copies. What has happened is said beside it, for what is in a button is not announced. */
function coupon(block: PopupBlock & { type: 'coupon' }, texts: PopupContent['texts'], act: Act) {
  const { code, label, apply } = block;
  const shown = element('span', 'code', code);
  const state = element('span', 'copy', texts?.copy);
  const said = element('span', 'hidden');
  said.role = 'status';
  const chip = button('coupon', '', () => {
    act('copy', {});
    void copy(
      code,
      () => {
        said.textContent = state.textContent = texts?.copied ?? '✓';
      },
      shown,
    );
  });
  if (label) chip.append(element('span', 'label', label));
  chip.append(shown, state);
  const box = element('div', 'offer');
  box.append(chip, said, (apply && link('button', apply.text, apply.href, act, 'apply')) ?? '');
  return box;
}

/** The element of a block; undefined for a link that must not be followed and for what only others know. */
export function blockElement(
  block: PopupBlock,
  texts: PopupContent['texts'],
  act: Act,
): HTMLElement | undefined {
  switch (block.type) {
    case 'heading':
      return element('h2', 'heading', block.text);
    case 'text': {
      const text = element('p', 'text');
      text.append(...block.runs.map((part) => run(part, act)));
      if (block.consent) text.dataset.consent = block.consent;
      return text;
    }
    case 'coupon':
      return coupon(block, texts, act);
    case 'button': {
      const { action, text } = block;
      if (action === 'url') return link('button', text, block.href, act);
      if (!/^(close|copy|call|step|submit)$/.test(action)) return undefined;
      const { name, step } = block as { name?: string; step?: string };
      const made = button('button', text, () => {
        act(action, { ...(name && { name }), ...(step && { step }) });
        if (action === 'copy')
          void copy(block.code, () => {
            made.textContent = texts?.copied ?? '✓';
          });
      });
      // Enter in a field presses it.
      if (action === 'submit') made.type = action;
      return made;
    }
  }
}
