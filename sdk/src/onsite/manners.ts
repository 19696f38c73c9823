import type { PopupContent, PopupKind } from '../message.ts';

/** What a popup will be: of an armed one less is known than of its content. */
type Appearance = Partial<Pick<PopupContent, 'slot' | 'minimised'>> & { kind?: PopupKind | 'launcher' };

/** As most shops call it; the page after the purchase, which often lies below it, is none. */
const CHECKOUT = /\/checkouts?\b(?!.*(thank|success|received|confirm))/i;
const SEARCH =
  /^[^/]+..([^/]+\.)?(google|bing|duckduckgo|yahoo|ecosia|yandex|baidu|seznam|qwant|startpage|brave)\./;
/**
 * Where the focus is when the visitor writes, chooses, or is in a dialog of the page's; what happens within a frame,
 * nobody knows.
 */
const ENGAGING = ':read-write,select,iframe,:is(dialog,[aria-modal=true]) *';

const has = (selector: string) => !!document.querySelector(selector);
const suits = (query: string) => matchMedia(query).matches;

/** Whether the visitor is writing, choosing, or in a dialog. */
export function isEngaged(): boolean {
  let at = document.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  return !!at?.matches(ENGAGING);
}

/**
 * Whether this is the page to which a search engine has sent a phone: it wants no modal there that hides all of it.
 * Later pages of a site with routes have the same referrer.
 */
const isLanding = () =>
  SEARCH.test(document.referrer) &&
  suits('(pointer:coarse) and (max-width:639px)') &&
  performance
    .getEntriesByType('navigation')
    .every(({ name }) => name.replace(/[?#].*/, '').endsWith(location.pathname));

/**
 * Whether a popup may appear now: the visitor looks at the page, which is no checkout, not on its way to paper, and
 * has no element with the attribute `data-beckon-quiet`. One that stands in the page needs its slot only; no
 * other comes over a modal, or while the visitor is writing; a modal not on the page to which a phone was sent by
 * a search engine.
 */
export function isWelcome({ kind = 'modal', slot, minimised }: Appearance): boolean {
  return (
    !document.hidden &&
    !CHECKOUT.test(location.pathname) &&
    !suits('print') &&
    !has('[data-beckon-quiet]') &&
    (kind === 'inline'
      ? has(`[data-beckon-slot="${slot}"]`)
      : // `:is` forgives browsers that do not know the pseudo-class; there the focus tells.
        !has(':is(:modal)') && !isEngaged() && (kind !== 'modal' || !!minimised || !isLanding()))
  );
}
