import { type CampaignDraft, type Content, campaignDraft } from '../schema.ts';
import { isJourney, type PopupDraft, popupOf } from '../steps.ts';
import { abandonedCart } from './abandoned-cart.ts';
import { announcement } from './announcement.ts';
import { backAgain } from './back-again.ts';
import { browseAbandonment } from './browse-abandonment.ts';
import { cartSaver } from './cart-saver.ts';
import { csat } from './csat.ts';
import { freeShippingBar } from './free-shipping-bar.ts';
import { homeScreen } from './home-screen.ts';
import type { CampaignInput } from './languages.ts';
import { newsletter } from './newsletter.ts';
import { nps } from './nps.ts';
import { pushPrompt } from './push-prompt.ts';
import { welcome } from './welcome.ts';
import { welcomeOffer } from './welcome-offer.ts';
import { winBack } from './win-back.ts';

/** A campaign that is ready to be published: a popup, or a journey. */
export type Template = PopupTemplate | JourneyTemplate;

interface Described {
  id: string;
  name: string;
  /** For whom it is, when it comes, and what to set to the shop's own. */
  description: string;
  tags: string[];
}
export interface PopupTemplate extends Described {
  channel: 'popup';
  kind: Content['kind'];
  draft: PopupDraft;
}
export interface JourneyTemplate extends Described {
  channel: 'journey';
  draft: CampaignDraft;
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
  [
    homeScreen,
    'Tells visitors with an iPhone or iPad how to put the shop on the home screen, without which they cannot get push messages: where a push prompt would have come otherwise. Give the shop a web app manifest, with display standalone.',
  ],
  [
    abandonedCart,
    'What lies in the cart when a visitor is about to leave; then a push after an hour and another a day later, whose link opens that cart on any device. Ends with a purchase, or when the cart is emptied. Set where the shop fills a cart, in the settings of the site.',
  ],
  [
    browseAbandonment,
    'A push four hours after the last look at a product, for those who have put nothing into the cart since; once a week at most. Send the url of products with view_item to have them linked.',
  ],
  [
    welcome,
    'Thanks those who have just agreed to push messages, a minute later; after three days shows what sells best, unless they have bought by then. Set the page of your best sellers.',
  ],
  [winBack, 'A push to buyers who were not seen for three weeks; once in a quarter at most.'],
];

/** All templates; their drafts with every setting, as the API answers them. */
export function templates(): Template[] {
  return DRAFTS.map(([input, description]) => {
    const draft = campaignDraft.parse(input);
    const { id, name, tags } = draft;
    const described = { id, name, description, tags };
    const step = popupOf(draft);
    if (!step || isJourney(draft)) return { ...described, channel: 'journey', draft };
    const [content] = Object.values(step.variants[0]?.content ?? {});
    return {
      ...described,
      channel: 'popup',
      kind: content?.kind ?? 'modal',
      draft: { ...draft, steps: [step] },
    };
  });
}

/** The draft of a template, to be saved under another id or name; `undefined`: there is none of this id. */
export function draftFrom(
  template: string,
  change: { id?: string; name?: string },
): CampaignDraft | undefined {
  const draft = templates().find(({ id }) => id === template)?.draft;
  return draft && { ...draft, ...change };
}
