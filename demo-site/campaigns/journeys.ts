import type { CampaignDraft } from '../../collector/src/campaigns/schema.ts';
import { WEBHOOK_TEMPLATES } from '../../collector/src/webhooks/templates/index.ts';
import type { CampaignInput } from './definition.ts';
import { inShopColours } from './from-templates.ts';

/** Ready journeys that the shop has published as they come, with their quiet hours and caps. */
export const JOURNEYS = [
  { template: 'abandoned-cart', name: 'A cart waits: at the door, after an hour, after a day' },
  { template: 'browse-abandonment', name: 'Looked at, and not taken' },
  { template: 'welcome', name: 'Welcome, after the yes to notifications' },
  { template: 'win-back', name: 'Not seen for three weeks' },
];

/** In the shop's colours, and in a demo nobody is held out. */
export function asShopJourney(draft: CampaignDraft): CampaignDraft {
  const steps = draft.steps.map((step) =>
    step.type === 'message' && step.channel === 'popup' ? { ...step, variants: inShopColours(step) } : step,
  );
  return { ...draft, steps, holdout: { percent: 0 } };
}

const telegram = WEBHOOK_TEMPLATES.find(({ id }) => id === 'telegram');
if (!telegram) throw new Error('There is no template for Telegram.');

/** The same cart by Telegram. It stays a draft until the shop has a bot, whose token is the secret `telegram_token`. */
export const telegramNudge: CampaignInput = {
  id: 'telegram-nudge',
  name: 'A cart waits: by Telegram, after two hours',
  tags: ['cart', 'telegram'],
  priority: 640,
  audience: { rule: { '>=': [{ var: 'cart.quantity' }, 1] } },
  entry: { on: 'fact', fact: 'cart.updatedAt' },
  exits: [{ event: 'purchase' }],
  steps: [
    { id: 'two-hours', type: 'wait', for: 'PT2H' },
    { id: 'telegram', type: 'message', channel: 'webhook', webhook: telegram.webhook },
  ],
  goal: { event: 'purchase', within: 'P3D' },
};
