import type { CampaignDraft } from '../../collector/src/campaigns/schema.ts';
import type { PopupDraft, PopupStep } from '../../collector/src/campaigns/steps.ts';
import { THEME } from './definition.ts';

/** Campaigns of the shop that began as a template: what of it was changed before they were published. */
export const FROM_TEMPLATES: {
  template: string;
  id: string;
  name: string;
  change: (draft: PopupDraft) => CampaignDraft;
}[] = [
  {
    template: 'csat-after-purchase',
    id: 'order-feedback',
    name: 'How was your shopping? On the thank-you page',
    /** In the page itself, at `data-beckon-slot="after-order"`. */
    change: ({ steps: [step], ...draft }) => ({
      ...draft,
      steps: [
        {
          ...step,
          triggers: [{ on: 'load' }],
          variants: eachContent(step, ({ position: _, ...content }) => ({
            ...content,
            kind: 'inline',
            slot: 'after-order',
          })),
        },
      ],
    }),
  },
  {
    template: 'newsletter',
    id: 'lookbook-letters',
    name: 'Newsletter, for readers of the lookbook',
    /** For those who read on, and are not known by their address already. */
    change: ({ steps: [step], ...draft }) => ({
      ...draft,
      page: { include: [{ path: '/lookbook*' }], exclude: [] },
      audience: {
        ...draft.audience,
        rule: { and: [draft.audience.rule, { '===': [{ var: 'visitor.traits.email' }, null] }] },
      },
      steps: [
        {
          ...step,
          triggers: [{ on: 'scroll', percent: 60 }],
          variants: inShopColours(step),
        },
      ],
    }),
  },
  {
    template: 'free-shipping-bar',
    id: 'cart-bar',
    name: 'How much is missing to free shipping, in the cart',
    /** Above 50 the popup of `free-shipping` says it, with its code; and who sees the cart needs no button to it. */
    change: ({ steps: [step], ...draft }) => ({
      ...draft,
      page: { ...draft.page, include: [{ path: '/cart' }] },
      audience: {
        ...draft.audience,
        rule: { and: [draft.audience.rule, { '<': [{ var: 'cart.value' }, 50] }] },
      },
      steps: [
        {
          ...step,
          variants: eachContent(step, ({ blocks, ...content }) => ({
            ...content,
            blocks: blocks.filter(({ type }) => type !== 'button'),
          })),
        },
      ],
    }),
  },
];

type Content = PopupStep['variants'][number]['content'][string];

/** All languages of all variants, in the colours of the shop. */
export function inShopColours(step: PopupStep): PopupStep['variants'] {
  return eachContent(step, (content) => content);
}

/** All languages of all variants, changed, in the colours of the shop. */
function eachContent({ variants }: PopupStep, change: (content: Content) => Content): PopupStep['variants'] {
  return variants.map((variant) => ({
    ...variant,
    content: Object.fromEntries(
      Object.entries(variant.content).map(([language, content]) => {
        const changed = change(content);
        return [language, { ...changed, theme: { ...THEME, ...changed.theme } }];
      }),
    ),
  }));
}
