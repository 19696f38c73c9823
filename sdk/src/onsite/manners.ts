import type { ArmedMessage } from '../message.ts';

/** What a popup will be. */
type Appearance = Pick<ArmedMessage, 'kind' | 'slot'>;

/** As most shops call it; the page after the purchase, which often lies below it, is none. */
const CHECKOUT = /\/checkout(?!.*(thank|success|received|confirm))/i;
/**
 * Where the focus is when the visitor writes, chooses, or is in a dialog of the page's; what happens within a frame,
 * nobody knows.
 */
const ENGAGING = ':read-write,select,iframe,:is(dialog,[aria-modal=true]) *';

const has = (selector: string) => !!document.querySelector(selector);

/** Whether the visitor is writing, choosing, or in a dialog. */
export function isEngaged(): boolean {
  let at = document.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  return !!at?.matches(ENGAGING);
}

/**
 * Whether a popup may appear now: the visitor looks at the page, which is no checkout. One that stands in the page needs its slot only; no other comes over a modal, or
 * while the visitor is writing.
 */
export const isWelcome = ({ kind, slot }: Appearance): boolean =>
  !document.hidden &&
  !CHECKOUT.test(location.pathname) &&
  (kind === 'inline'
    ? has(`[data-beckon-slot="${slot}"]`)
    : // `:is` forgives browsers that do not know the pseudo-class; there the focus tells.
      !has(':is(:modal)') && !isEngaged());
