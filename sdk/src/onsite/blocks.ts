import type { PopupBlock, PopupContent } from '../message.ts';
import { isSafe } from './safe-url.ts';

type Content = string | Node | undefined | '' | Content[];

/** What goes with it. */
export interface Detail {
  href?: string | undefined;
  name?: string | undefined;
  step?: string | undefined;
  /** Of a button that asked for push: what the visitor told the browser. */
  answer?: NotificationPermission | undefined;
}

/** What a button or link is for; the popup does it, and tells what it did. */
export type Act = (
  action: 'close' | 'url' | 'copy' | 'call' | 'step' | 'apply' | 'submit' | 'push',
  detail: Detail,
) => void;

/** An element with a class, what it says as text or nodes (never markup), and properties of the DOM. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  content?: Content,
  properties?: Partial<HTMLElementTagNameMap[K]>,
): HTMLElementTagNameMap[K] {
  const made = Object.assign(document.createElement(tag), { className, ...properties });
  made.append(...([content].flat(2).filter(Boolean) as Node[]));
  return made;
}

/** A link, or undefined where the address is none that a visitor may be sent to. */
export function link(
  className: string,
  content: Content,
  href: string,
  act: Act,
  action: 'url' | 'apply' = 'url',
) {
  const made: HTMLAnchorElement = element('a', className, content, {
    href,
    onclick: () => act(action, { href: made.href }),
  });
  return isSafe(made) ? made : undefined;
}

/** The element of a block; undefined for a link that must not be followed and for what only others know. */
export function blockElement(
  block: PopupBlock,
  texts: PopupContent['texts'],
  act: Act,
): HTMLElement | undefined {
  /** Copies and says so; not where the clipboard is out of reach (http, a permission): the code can be selected by hand. */
  const copy = async (code: string, said: Element) => {
    await navigator.clipboard.writeText(code);
    said.textContent = texts?.copied ?? '✓';
  };
  switch (block.type) {
    case 'heading':
      return element('h2', 'heading', block.text);
    case 'text': {
      const made = element(
        'p',
        'text',
        block.runs.map((part) => {
          const { text, bold, italic, href } = part as Exclude<typeof part, string>;
          // A string has none.
          if (text === undefined) return part as string;
          const classes = `${bold ? 'bold' : ''} ${italic ? 'italic' : ''}`;
          return (href && link(classes, text, href, act)) || element('span', classes, text);
        }),
      );
      if (block.consent) made.dataset.consent = block.consent;
      return made;
    }
    case 'coupon': {
      const { code, label, apply } = block;
      const shown = element('span', 'code', code);
      // Beside the button, for what changes inside one is not announced.
      const said = element('span', 'copy', texts?.copy, { role: 'status' });
      return element('div', 'offer', [
        element('button', 'coupon', [label && element('span', 'label', label), shown], {
          type: 'button',
          title: texts?.copy ?? '',
          onclick() {
            act('copy', {});
            copy(code, said).catch(() => {});
          },
        }),
        said,
        apply && link('button', apply.text, apply.href, act, 'apply'),
      ]);
    }
    case 'button': {
      const { action, text } = block;
      const { code, name, step } = block as { code?: string; name?: string; step?: string };
      if (action === 'url') return link('button', text, block.href, act);
      if (!/^(call|copy|close|push|step|submit)$/.test(action)) return undefined;
      const made: HTMLElement = element('button', 'button', text, {
        // Enter in a field presses it.
        type: action === 'submit' ? action : 'button',
        onclick() {
          act(action, { name, step });
          if (code) copy(code, made).catch(() => {});
        },
      });
      return made;
    }
  }
}
