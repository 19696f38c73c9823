import { nearest } from './field-lookup.ts';
import { placeOf } from './place.ts';
import { error, type Problem, warning } from './problem.ts';
import type { CampaignDraft } from './schema.ts';
import type { PopupStep } from './steps.ts';

type Trigger = PopupStep['triggers'][number];

/** Events that pages send; any other is the shop's own, which may be right. */
const KNOWN_EVENTS = [
  'page_view',
  'view_item',
  'view_item_list',
  'select_item',
  'search',
  'add_to_cart',
  'remove_from_cart',
  'view_cart',
  'add_to_wishlist',
  'begin_checkout',
  'add_shipping_info',
  'add_payment_info',
  'purchase',
  'cart_updated',
];
/** Told by servers, or by the collector itself: no page sends them. */
const NOT_OF_PAGES = ['refund', 'order_updated', 'segment_entered', 'segment_left'];

/** Moments at which a popup would never come, or would come at the wrong one. */
export function validateTriggers(
  { entry }: Pick<CampaignDraft, 'entry'>,
  step: PopupStep,
  pointer: string,
): Problem[] {
  const at = `${pointer}/triggers`;
  const kinds = new Set(
    step.variants.flatMap(({ content }) => Object.values(content).map(({ kind }) => kind)),
  );
  const isAtOnce = entry.on === 'any' || entry.event === 'page_view';
  const seen = new Map<string, number>();
  const problems = step.triggers.flatMap((trigger, index): Problem[] => {
    const pointer = `${at}/${index}`;
    const key = JSON.stringify(trigger);
    const before = seen.get(key);
    seen.set(key, index);
    if (before !== undefined) return [warning(pointer, `This is the same as trigger ${before + 1}.`)];
    return [...judged(trigger, pointer), ...(isAtOnce && kinds.has('modal') ? atOnce(trigger, pointer) : [])];
  });
  return [...problems, ...never(step, at)];
}

function judged(trigger: Trigger, pointer: string): Problem[] {
  if (trigger.on === 'click' && !isSelector(trigger.selector)) {
    const message = `"${trigger.selector}" is no CSS selector, so no click is found. Write one such as .add-to-cart or #help.`;
    return [error(`${pointer}/selector`, message)];
  }
  if (trigger.on === 'event') return eventProblems(trigger.event, `${pointer}/event`);
  return [];
}

function eventProblems(event: string, pointer: string): Problem[] {
  if (NOT_OF_PAGES.includes(event) || event.startsWith('popup_')) {
    return [error(pointer, `No page sends "${event}", so the popup never comes.`)];
  }
  if (KNOWN_EVENTS.includes(event)) return [];
  const meant = nearest(event, KNOWN_EVENTS);
  return meant === null
    ? []
    : [warning(pointer, `Does your shop send "${event}", or did you mean "${meant}"?`)];
}

function atOnce(trigger: Trigger, pointer: string): Problem[] {
  if ((trigger.on !== 'load' && trigger.on !== 'delay') || (trigger.delayMs ?? 0) > 0) return [];
  const message =
    'It covers the page before anybody could look at it. Wait a few seconds, or for something that the visitor does.';
  return [warning(pointer, message)];
}

function never(step: PopupStep, pointer: string): Problem[] {
  const only = step.triggers.every(({ on }) => on === 'exit');
  if (!only || ['stage', 'bar'].includes(placeOf({ id: '', steps: [step] }))) return [];
  const message =
    'It appears only when the visitor is about to leave. What stands in the page should come with it.';
  return [warning(pointer, message)];
}

/** Brackets and quotation marks that belong together, and nothing that ends a selector: a browser knows the rest. */
function isSelector(text: string): boolean {
  const plain = text.replace(/\\./g, 'x').replace(/"[^"\n]*"|'[^'\n]*'/g, 'x');
  if (/["'{};@<\\]/.test(plain) || /^\s*$|^\s*[,)\]]|[,>+~([:.#]\s*$|,\s*,/.test(plain)) return false;
  const open: string[] = [];
  for (const sign of plain) {
    if (sign === '(' || sign === '[') open.push(sign);
    if (sign === ')' && open.pop() !== '(') return false;
    if (sign === ']' && open.pop() !== '[') return false;
  }
  return (
    open.length === 0 &&
    !/[.#:](?![a-z_\-:\u0080-\uffff])/i.test(plain) &&
    !/(^|[\s,>+~(])\d/.test(withoutArguments(plain))
  );
}

/** `:nth-child(2n + 1)` holds numbers where names begin elsewhere. */
function withoutArguments(selector: string): string {
  return selector.replace(/\([^()]*\)/g, '()').replace(/\[[^\]]*\]/g, '[]');
}
