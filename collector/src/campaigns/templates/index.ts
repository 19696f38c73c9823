import { type Content, campaignDraft } from '../schema.ts';
import { type PopupDraft, popupOf } from '../steps.ts';
import { announcement } from './announcement.ts';
import { backAgain } from './back-again.ts';
import { cartSaver } from './cart-saver.ts';
import { csat } from './csat.ts';
import { freeShippingBar } from './free-shipping-bar.ts';
import type { CampaignInput } from './languages.ts';
import { newsletter } from './newsletter.ts';
import { nps } from './nps.ts';
import { pushPrompt } from './push-prompt.ts';
import { welcomeOffer } from './welcome-offer.ts';

/** A campaign that is ready to be published. */
export interface Template {
  id: string;
  name: string;
  /** For whom it is, when it comes, and what to set to the shop's own. */
  description: string;
  channel: 'popup';
  kind: Content['kind'];
  tags: string[];
  draft: PopupDraft;
}

const DRAFTS: readonly [CampaignInput, description: string][] = [
  [
    welcomeOffer,
    'A code for the first order, in a corner, for visitors who are here for the first time. Set your own code and discount.',
  ],
  [
    cartSaver,
    'What lies in the cart, with a code and a countdown of two hours, when a visitor is about to leave or has gone quiet; once per visitor. Set your own code, and let it end in the shop as well.',
  ],
  [
    freeShippingBar,
    'A bar that says how much the cart still lacks for free shipping. Set your own threshold, in the currency of your carts.',
  ],
  [
    newsletter,
    'A form for the e-mail address, with consent and double opt-in, for visitors who have looked around and not signed up yet. Send them the e-mail that asks to confirm, and set the address of your privacy policy.',
  ],
  [
    nps,
    'Would you recommend us, 0 to 10, then why: for buyers, two weeks to two months after their order, twice a year at most.',
  ],
  [
    csat,
    'Five faces and a comment on the page that thanks for an order, wherever your shop reports a purchase.',
  ],
  [
    backAgain,
    'Greets those who come back, by name where it is known, with the product that they looked at last. Send the url of products with view_item to have them linked.',
  ],
  [announcement, 'One line of news at the top of the page, for everybody, once. Set your own text and link.'],
  [
    pushPrompt,
    'Asks to send push messages when something was put into the cart; the browser itself asks only after a yes. Host the worker of your site first: where it is missing, nobody is asked.',
  ],
];

/** All templates; their drafts with every setting, as the API answers them. */
export function templates(): Template[] {
  return DRAFTS.map(([input, description]) => {
    const { steps, ...rest } = campaignDraft.parse(input);
    const step = popupOf({ steps });
    if (!step) throw new Error(`The template ${rest.id} is no popup.`);
    const draft: PopupDraft = { ...rest, steps: [step] };
    const { id, name, tags } = draft;
    const [content] = Object.values(step.variants[0]?.content ?? {});
    return { id, name, description, channel: 'popup', kind: content?.kind ?? 'modal', tags, draft };
  });
}

/** The draft of a template, to be saved under another id or name; `undefined`: there is none of this id. */
export function draftFrom(template: string, change: { id?: string; name?: string }): PopupDraft | undefined {
  const draft = templates().find(({ id }) => id === template)?.draft;
  return draft && { ...draft, ...change };
}
