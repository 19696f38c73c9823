import type { Beckon } from '../api.ts';
import { onHide, onRestore, whenActivated } from '../lifecycle.ts';
import type { JsonObject, Message, TrackMessage } from '../message.ts';
import { productOf, viewOf } from './schema-product.ts';

/** ms for which a product waits for the page's own `view_item`, which knows more. */
const SETTLE_MS = 1_000;

/** `view_item`, also in the words of the tools that `compat` listens to. */
const VIEWS = /^(view_item|Product ?(Viewed|Page)|Viewed Product)$/;

const urlOf = (href: string) => href.replace(/#.*/, '');

/** Reports `view_item` for the product that a page describes, once per view, unless the page reports it itself. */
export function watchProducts(beckon: Beckon): void {
  let url = '';
  /** The URL whose `view_item` is known. */
  let viewed = '';
  /** What was looked at last. Routers change the URL before the page: the same text at a new URL is the old product. */
  let described = '';
  let timer: ReturnType<typeof setTimeout> | undefined;

  function look() {
    clearTimeout(timer);
    timer = undefined;
    const now = urlOf(location.href);
    if (now !== url && now !== viewed) viewed = '';
    url = now;
    if (viewed === url) return;
    const texts = [...document.querySelectorAll('[type="application/ld+json"]')].map(
      (script) => script.textContent,
    );
    const description = texts.join('\n');
    if (description === described) return;
    described = description;
    const product = productOf(texts);
    if (!product) return;
    viewed = url;
    beckon.track('view_item', viewOf(product));
  }
  function note(message: Message) {
    const { event, timestamp, context } = message as TrackMessage;
    // What an earlier page left in the queue says nothing about this one.
    if (VIEWS.test(event) && Date.parse(timestamp as string) > performance.timeOrigin)
      viewed = urlOf(String((context?.page as JsonObject | undefined)?.url));
  }
  const schedule = () => {
    timer ??= setTimeout(look, SETTLE_MS);
  };

  beckon.on('call', note);
  // Calls from before this file had loaded are heard of when they are sent.
  beckon.on('delivery', ({ sent }) => {
    for (const json of sent) note(JSON.parse(json));
  });
  onHide(() => timer && look());
  onRestore(() => {
    viewed = described = '';
    look();
  });
  whenActivated(() => {
    // Costs a flag per change of the page while a look is due.
    new MutationObserver(schedule).observe(document, { childList: true, subtree: true });
    schedule();
  });
}
