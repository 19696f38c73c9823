import type { JsonObject, PopupContent } from '../message.ts';
import { blockElement, element } from './blocks.ts';
import type { OnsiteHost } from './host.ts';
import { sheet } from './style.ts';
import { themeProperties } from './theme.ts';

/** How a popup went: by the visitor (`close`: a button of its content), after a click on a link, or for another reason. */
export type PopupEnd =
  | 'button'
  | 'escape'
  | 'backdrop'
  | 'close'
  | 'action'
  | 'navigation'
  | 'removed'
  | 'reset';

export interface PopupCalls {
  clicked(
    action: 'url' | 'copy' | 'call' | 'step' | 'apply',
    detail: { href?: string; name?: string; step?: string },
  ): void;
  /** What a form or a score says. */
  submitted(event: 'form_submitted' | 'survey_answered', properties: JsonObject): void;
  /** Once per opening; a launcher's tab that stays is not open. */
  closed(how: PopupEnd): void;
  /** Again, from the launcher. */
  opened(): void;
}

export interface Popup {
  /** Takes all of it away, its launcher too. */
  close(how: PopupEnd): void;
}

/**
 * Firefox does not bring Tab back to the first control of a dialog inside a shadow root, so Tab is wrapped by hand.
 */
function wrapTab(root: ShadowRoot, dialog: HTMLDialogElement) {
  dialog.addEventListener('keydown', (event) => {
    if (event.key !== 'Tab') return;
    const controls = [...dialog.querySelectorAll<HTMLElement>('a[href], button')];
    const [first, last] = [controls[0], controls.at(-1)];
    const at = root.activeElement;
    const leaves = event.shiftKey ? at === first || at === dialog : at === last;
    if (!leaves) return;
    event.preventDefault();
    (event.shiftKey ? last : first)?.focus();
  });
}

/** A click on the backdrop; a drag that began in the card, as when text is selected, is none. */
function onBackdrop(dialog: HTMLDialogElement, fn: () => void) {
  let pressed = false;
  dialog.addEventListener('pointerdown', (event) => {
    pressed = event.target === dialog;
  });
  dialog.addEventListener('click', (event) => {
    if (pressed && event.target === dialog) fn();
  });
}

/**
 * Paints a modal popup: a native dialog, which makes the page inert, keeps the focus and gives it back, in a
 * shadow root of its own, which the page's styles do not reach. All of it is removed when it closes.
 */
export async function openPopup(
  content: PopupContent,
  calls: PopupCalls,
  _host: Pick<OnsiteHost, 'endpoint' | 'load'>,
): Promise<Popup | undefined> {
  const host = document.createElement('div');
  host.dataset.beckon = 'popup';
  const root = host.attachShadow({ mode: 'open' });
  root.adoptedStyleSheets = [sheet()];

  const dialog = element('dialog', '');
  dialog.lang = content.lang;
  dialog.dir = content.dir ?? 'ltr';
  dialog.tabIndex = -1;
  for (const [name, value] of themeProperties(content.theme ?? {})) {
    dialog.style.setProperty(name, value);
  }

  let how: PopupEnd;
  const close = (by: PopupEnd) => {
    how = by;
    dialog.close();
  };

  const card = element('div', 'card');
  for (const block of content.blocks) {
    const made = blockElement(block, (action, href) => {
      if (action === 'close') return close('close');
      calls.clicked(action, href ? { href } : {});
      if (action === 'url') close('action');
    });
    if (made) card.append(made);
  }
  const title = card.querySelector('h2') ?? card.querySelector('p');
  if (title) {
    title.id = 'title';
    dialog.setAttribute('aria-labelledby', title.id);
  }
  // Last, so that Tab starts at what the popup is about.
  const closer = element('button', 'close');
  closer.type = 'button';
  closer.ariaLabel = content.closeLabel;
  closer.addEventListener('click', () => close('button'));
  card.append(closer);
  dialog.append(card);
  root.append(dialog);

  // Chromium may close without `cancel`; whatever closes it without a word from us is the browser's Escape.
  how = 'escape';
  dialog.addEventListener(
    'close',
    () => {
      host.remove();
      calls.closed(how);
    },
    { once: true },
  );
  wrapTab(root, dialog);
  onBackdrop(dialog, () => close('backdrop'));

  document.body.append(host);
  dialog.showModal();
  // Away from the first button, which the browser chooses: the visitor may be typing, and a space would press it.
  dialog.focus();
  return { close };
}
