import { contentFor, withCodes } from '../../../collector/src/campaigns/content.ts';
import type { ContentTheme } from '../../../collector/src/campaigns/content-schema.ts';
import { personalise } from '../../../collector/src/campaigns/personalise.ts';
import { popupOf } from '../../../collector/src/campaigns/steps.ts';
import { templates } from '../../../collector/src/campaigns/templates/index.ts';
import type { PopupContent } from '../../../sdk/src/message.ts';

/** Those that are a popup, or begin with one. */
const TEMPLATES = templates().filter(({ draft }) => popupOf(draft));
export const TEMPLATE_IDS = TEMPLATES.map(({ id }) => id);

const CART = {
  items: [
    { item_id: 'kettle', item_name: 'Ember kettle', price: 46, quantity: 1 },
    { item_id: 'mug', item_name: 'Dawn mug', price: 14, quantity: 2 },
  ],
  value: 74,
  quantity: 3,
  currency: 'EUR',
};
const LOOK = { last_name: 'Ember kettle', last_price: 46, last_currency: 'EUR', last_address: '#kettle' };

/** A ready campaign as the collector words it for a visitor with a cart: each of its steps as a content of its own. */
export function stepsOf(id: string, language: string, theme?: ContentTheme): PopupContent[] {
  const draft = TEMPLATES.find((template) => template.id === id)?.draft;
  const written = draft && contentFor(draft, 'a', [language]);
  const drawn = written && withCodes({ ...written, ...(theme && { theme }) }, () => null);
  if (!drawn) throw new Error(`${id} has no text in ${language}.`);
  const now = Date.now();
  const content = personalise(
    drawn,
    { visitor: { traits: { name: 'Ada' } }, cart: CART, facts: LOOK, now },
    { locale: language, timeZone: 'Europe/Berlin', currency: 'EUR', firstShownAt: now },
  );
  const { steps = [], blocks, ...rest } = content;
  return [blocks, ...steps.map((step) => step.blocks)].map((shown) => ({ ...rest, steps, blocks: shown }));
}
