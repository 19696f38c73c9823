import { describe, expect, it } from 'vitest';
import { offerOf } from './offer.ts';
import { compileCampaign } from './program.ts';
import { type CampaignDraft, campaignDraft } from './schema.ts';
import { popupOf } from './steps.ts';

const POPUP = { kind: 'modal', blocks: [{ type: 'heading', text: 'Wait' }] };
const draft = campaignDraft.parse({
  ...{ id: 'left', name: 'Left', entry: { on: 'event', event: 'cart_updated', where: { '==': [1, 2] } } },
  steps: [
    {
      ...{ id: 'p', type: 'message', channel: 'popup', triggers: [{ on: 'exit' }] },
      variants: [{ key: 'a', content: { en: POPUP } }],
    },
    { id: 'w', type: 'wait', for: 'PT1H' },
    {
      ...{ id: 'm', type: 'message', channel: 'push', fallbackLocale: 'de' },
      variants: [
        {
          ...{ key: 'a', weight: 3 },
          content: {
            en: { title: 'Still yours', body: 'See it.', url: '/cart' },
            'de-AT': {
              title: 'Noch da',
              url: '/cart',
              actions: [{ action: 'go', title: 'Los', url: '/kasse' }],
            },
            xx: { title: 'X', url: '/x' },
          },
        },
      ],
    },
  ],
}) as CampaignDraft;
const compiled = compileCampaign(
  { ...draft, version: 1, status: 'live', createdAt: '2026-01-01T00:00:00.000Z' },
  'UTC',
);
const offered = (step: string) => {
  const offer = offerOf(compiled, step);
  return offer && popupOf(offer.campaign);
};

describe('a popup that a journey offers', () => {
  it('is the step itself, and lets everybody in who is in the journey', () => {
    const offer = offerOf(compiled, 'p');
    expect(offer?.campaign.steps).toEqual([draft.steps[0]]);
    expect(offer).toMatchObject({ awaits: null, entryWhere: null, step: 'p' });
  });

  it('says in a corner of the page what the push would have said, to a visitor who is there', () => {
    expect(offered('m')).toMatchObject({
      ...{ id: 'm', channel: 'popup', triggers: [{ on: 'load' }], fallbackLocale: 'de' },
      variants: [{ key: 'a', weight: 3 }],
    });
    expect(offered('m')?.variants[0]?.content.en).toEqual({
      ...{ kind: 'slide-in', position: 'bottom-end' },
      blocks: [
        { type: 'heading', text: 'Still yours' },
        { type: 'text', runs: ['See it.'] },
        { type: 'button', text: 'Show me', action: 'url', href: '/cart' },
      ],
    });
  });

  it('leads where the notification would have led, in words of its language', () => {
    const buttons = ['de-AT', 'xx'].map((language) =>
      offered('m')?.variants[0]?.content[language]?.blocks.find(({ type }) => type === 'button'),
    );
    expect(buttons).toMatchObject([
      { text: 'Los', href: '/kasse' },
      { text: 'Show me', href: '/x' },
    ]);
  });

  it('is none for a step that says nothing, or that there is not', () => {
    expect(offerOf(compiled, 'w')).toBeNull();
    expect(offerOf(compiled, 'gone')).toBeNull();
  });
});
