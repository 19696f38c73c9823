import type { JsonObject, PopupBlock, PopupContent } from '../message.ts';
import { type Act, blockElement, type Detail, element, link } from './blocks.ts';
import type { OnsiteHost } from './host.ts';

/** How it ended: the first four by the visitor's will; `close` by a button of its own for that. */
export type PopupEnd =
  | 'button'
  | 'escape'
  | 'backdrop'
  | 'close'
  | 'action'
  | 'navigation'
  | 'removed'
  | 'reset'
  | 'replaced'
  | 'left';

export interface PopupCalls {
  clicked(action: 'url' | 'copy' | 'call' | 'step' | 'apply' | 'push', detail: Detail): void;
  /** Answers of a form, or a score. */
  submitted(event: 'form_submitted' | 'survey_answered', properties: JsonObject): void;
  /** Once per opening; a launcher's tab that stays is not open. */
  closed(how: PopupEnd): void;
  /** From the launcher: again, or for the first time where it began as a tab. */
  opened(): void;
}

export interface Popup {
  /** Takes it away at once, its launcher as well. */
  close(how: PopupEnd): void;
}

/** What the chunk `extras` is given: it shares no code with this one. */
export interface Frame {
  content: PopupContent;
  calls: PopupCalls;
  /** Of the collector, where its pictures are. */
  endpoint: string;
  shadow: ShadowRoot;
  /** The dialog or region. */
  surface: HTMLElement;
  card: HTMLFormElement;
  make: typeof element;
  makeLink: typeof link;
  act: Act;
  finish(how: PopupEnd): void;
  /** Puts other blocks into the card; null when there is nothing to show. */
  fill(blocks: unknown): Node | null;
  /** From the launcher. */
  reopen(): void;
}

/** What the chunk `extras` adds. */
export interface Extras {
  draw(block: PopupBlock): HTMLElement | undefined;
  goTo(step: string | undefined): void;
  send(step: string | undefined): void;
  /** Where it stands, if not on top of the page. */
  findSlot?: (() => Element | null) | undefined;
  /** The launcher. */
  handle?: HTMLElement | undefined;
}

/** In the JSON of a content: what a plain modal does not have. Texts have their quotes escaped. */
const EXTRA = /"(kind":"(?!modal")|steps"|launcher"|type":"([^hbtc]|coun)|action":"s)/;

/** ms in which the place for it, gone with what a framework renders anew, may come back. */
const RETURN_MS = 2_000;

/**
 * Paints a popup in a shadow root of its own, which the page's styles do not reach. A modal one is a native dialog,
 * which makes the page inert, keeps the focus and gives it back. All of it is removed when it closes.
 * @returns undefined when there is no place for it (its slot is gone) or nothing in it that this version knows
 * @throws when the chunk that it needs cannot be loaded
 */
export async function openPopup(
  given: PopupContent,
  calls: PopupCalls,
  { endpoint, load, answer }: Pick<OnsiteHost, 'endpoint' | 'load' | 'answer'>,
): Promise<Popup | undefined> {
  const content = { ...given };
  const { kind, lang, texts } = content;
  const modal = kind === 'modal';
  const more = EXTRA.test(JSON.stringify(content)) ? await load('extras') : undefined;

  const host = element('div', '', '', { lang, dir: content.dir ?? 'ltr' });
  host.dataset.beckon = 'popup';
  const root = host.attachShadow({ mode: 'open' });
  // Constructed, hence allowed under a CSP that forbids inline styles. Its names of classes are a contract with the collector
  // (collector/src/popups/style/), which may be newer or older than this file: one that is set never changes its meaning.
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(content.css ?? '');
  root.adoptedStyleSheets = [sheet];
  const card = element('form', 'card', '', { tabIndex: -1 });
  // Last, so that Tab starts at what the popup is about.
  const closer = element('button', 'close', '×', {
    type: 'button',
    ariaLabel: content.closeLabel,
    onclick: () => end('button'),
  });
  const surface = element(modal ? 'dialog' : 'div', `popup ${kind}`, [card, closer], {
    ariaLabel: content.title,
  });
  const dialog = surface as HTMLDialogElement;
  root.append(surface);

  let isOpen = !content.minimised;
  let opener: HTMLElement | null;

  const act: Act = async (action, detail) => {
    if (action === 'close') return end(action);
    if (action === 'submit') return extras?.send(detail.step);
    // Within the click, or the browser would not ask.
    if (action === 'push') detail.answer = await (answer as () => Promise<NotificationPermission>)();
    calls.clicked(action, detail);
    if (detail.step) extras?.goTo(detail.step);
    else if (action !== 'copy') end('action');
  };
  const fill = (blocks: unknown) => {
    card.replaceChildren(
      ...[blocks].flat().flatMap((block) => {
        try {
          return blockElement(block as PopupBlock, texts, act) ?? extras?.draw(block as PopupBlock) ?? [];
        } catch {
          // Of another shape than this version knows.
          return [];
        }
      }),
    );
    return card.firstChild;
  };
  const put = (): boolean => {
    if (!host.isConnected) {
      const place = extras?.findSlot ? extras.findSlot() : document.body;
      if (!place) return false;
      place.append(host);
    }
    if (!isOpen) extras?.handle?.showPopover?.();
    else if (modal) {
      // It says that it is open even after it was taken out of the page.
      dialog.removeAttribute('open');
      dialog.showModal();
      // Away from the first button, which the browser chooses: the visitor may be typing, and a space would press it.
      card.focus();
    } else if (surface.popover) surface.showPopover?.();
    return true;
  };
  const holdsFocus = () => document.activeElement === host;
  const show = () => {
    opener = (holdsFocus() ? root : document).activeElement as HTMLElement | null;
    return put();
  };
  const drop = () => {
    observer.disconnect();
    clearTimeout(timer);
    // Ends what goes on in it.
    card.replaceChildren();
    host.remove();
  };
  const end = (how: PopupEnd) => {
    if (!isOpen) return;
    const inside = modal || holdsFocus();
    isOpen = false;
    const stays = extras?.handle && /^([be]|close)/.test(how);
    // Before the dialog closes, so that the focus can go back to it.
    if (stays) put();
    if (modal) dialog.close();
    else if (surface.popover) surface.hidePopover?.();
    if (!stays) drop();
    if (inside) opener?.focus?.({ preventScroll: true });
    calls.closed(how);
  };
  const close = (how: PopupEnd) => (isOpen ? end(how) : drop());

  const extras: Extras | undefined = more?.extras({
    content,
    calls,
    endpoint,
    shadow: root,
    surface,
    card,
    make: element,
    makeLink: link,
    act,
    finish: end,
    fill,
    reopen() {
      isOpen = true;
      show();
      calls.opened();
    },
  });

  // A framework that renders the page anew takes it out: it is put back, thrice at most.
  let left = 3;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const observer = new MutationObserver(() => {
    if (host.isConnected) return;
    clearTimeout(timer);
    if (!left || !put()) timer = setTimeout(close, left && RETURN_MS, 'removed');
    else left--;
  });
  if (!fill(content.blocks) || !show()) return undefined;
  observer.observe(document, { childList: true, subtree: true });
  if (modal) {
    // Chromium may close without `cancel`; whatever closes it without a word from us is the browser's Escape.
    dialog.onclose = () => dialog.open || end('escape');
    // Firefox does not bring Tab back to the first control of a dialog inside a shadow root.
    dialog.onkeydown = (event) => {
      // Of radio buttons the chosen one, as the browser does it.
      const first = dialog.querySelector<HTMLInputElement>(
        'a,button,input:not(:has(:checked)>label>:not(:checked)),select,textarea',
      );
      const at: (Element & { type?: string; name?: string }) | null = root.activeElement;
      // The radio buttons of a name are one stop.
      const atFirst = at === first || at === card || (at?.type === 'radio' && at.name === first?.name);
      if (event.key !== 'Tab' || !(event.shiftKey ? atFirst : root.activeElement === closer)) return;
      event.preventDefault();
      (event.shiftKey ? closer : first)?.focus();
    };
    // A drag that began in the card, as when text is selected, is no click on the backdrop.
    let pressed: EventTarget | null;
    dialog.onpointerdown = ({ target }) => {
      pressed = target;
    };
    dialog.onclick = ({ target }) => {
      if (pressed === dialog && target === dialog) end('backdrop');
    };
  }
  return { close };
}
