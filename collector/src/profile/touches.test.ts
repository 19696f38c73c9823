import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../sdk/src/message.ts';
import type { StoredMessage } from '../message.ts';
import { emptyHistory, extend } from './history.ts';
import { type CampaignTouch, CLICK_WINDOW_MS, countedTouches } from './touches.ts';

const START = Date.UTC(2026, 0, 1);
const deliveryId = (n: number) => `cart-saver@3.a.push-${n}.${String(n).padStart(22, '0')}`;

type Step = [ms: number, event: string, properties: JsonObject, anonymousId?: string];

/** What the purchase that comes last is put down to. */
function touchesOf(...steps: Step[]): CampaignTouch[] {
  const history = emptyHistory();
  const messages = steps.map(
    ([ms, event, properties, anonymousId = 'v'], i): StoredMessage => ({
      messageId: `m${String(i).padStart(3, '0')}`,
      type: 'track',
      anonymousId,
      event,
      properties,
      timestamp: new Date(START + ms).toISOString(),
    }),
  );
  extend(history, messages, 'EUR');
  return history.orders.list.at(-1)?.touches ?? [];
}
const push = (ms: number, n = 1, more: JsonObject = {}): Step => [
  ms,
  'push_clicked',
  { delivery_id: deliveryId(n), campaign: 'cart-saver@3', ...more },
];
const popup = (ms: number, more: JsonObject = {}): Step => [
  ms,
  'popup_clicked',
  { campaign: 'exit@7', variant: 'b', ...more },
];
const purchase = (ms: number, anonymousId = 'v'): Step => [
  ms,
  'purchase',
  { transaction_id: `${ms}` },
  anonymousId,
];

describe('a purchase is put down to', () => {
  it('the pushes and popups that were clicked within a day, oldest first', () => {
    expect(touchesOf(push(1_000), popup(2_000), purchase(3_000))).toEqual([
      {
        channel: 'push',
        campaign: 'cart-saver',
        version: 3,
        variant: 'a',
        step: 'push-1',
        at: START + 1_000,
        deliveryId: deliveryId(1),
      },
      {
        channel: 'popup',
        campaign: 'exit',
        version: 7,
        variant: 'b',
        step: null,
        at: START + 2_000,
        deliveryId: null,
      },
    ]);
  });

  it('a click a day before, and not a millisecond more', () => {
    expect(touchesOf(push(0), purchase(CLICK_WINDOW_MS))).toHaveLength(1);
    expect(touchesOf(push(0), purchase(CLICK_WINDOW_MS + 1))).toEqual([]);
    expect(touchesOf(purchase(1), push(2))).toEqual([]);
  });

  it('a click on another device, and what brought the message of a webhook', () => {
    const [touch] = touchesOf(push(0, 1, { channel: 'telegram' }), purchase(5, 'phone'));
    expect(touch).toMatchObject({ channel: 'telegram', step: 'push-1' });
  });

  it('the last click, where a message was clicked twice', () => {
    const touches = touchesOf(popup(0), push(1), popup(2), purchase(3));
    expect(touches.map(({ channel, at }) => [channel, at - START])).toEqual([
      ['push', 1],
      ['popup', 2],
    ]);
  });

  it('the last 20 messages, whoever clicks without end', () => {
    const many = Array.from({ length: 50 }, (_, n) => push(n, n));
    expect(touchesOf(...many, purchase(99)).map(({ step }) => step)).toEqual(
      Array.from({ length: 20 }, (_, n) => `push-${n + 30}`),
    );
  });

  it('both purchases of a day', () => {
    expect(touchesOf(push(0), purchase(1), purchase(2))).toHaveLength(1);
  });

  it.each<[string, Step]>([
    ['a notification that was only shown', [0, 'push_shown', { delivery_id: deliveryId(1) }]],
    ['a popup that was closed', [0, 'popup_dismissed', { campaign: 'exit@7', variant: 'b' }]],
    ['a draft that was looked at', popup(0, { campaign: 'exit@draft' })],
    ['a push of a draft', push(0, 1, { campaign: 'cart-saver@draft' })],
    ['a push without its delivery', [0, 'push_clicked', { campaign: 'cart-saver@3', variant: 'a' }]],
    ['a delivery that nobody made', [0, 'push_clicked', { delivery_id: 'cart-saver@3.a.push-1.x' }]],
    ['a channel that is none', push(0, 1, { channel: '<b>' })],
    ['a popup of no version', popup(0, { campaign: 'exit' })],
    ['a popup of no variant', popup(0, { variant: {} })],
    ['a popup of a strange variant', popup(0, { variant: 'b c' })],
  ])('not %s', (_, step) => {
    expect(touchesOf(step, purchase(1))).toEqual([]);
  });
});

describe('reports', () => {
  const touch: CampaignTouch = {
    channel: 'popup',
    campaign: 'exit',
    version: 7,
    variant: 'b',
    step: null,
    at: START,
    deliveryId: null,
  };
  const shown = (at: number, test?: true, variant = 'b') => ({
    campaign: 'exit',
    version: 7,
    variant,
    at: START + at,
    ...(test ? { test } : {}),
  });

  it('count no click of who tries a campaign out', () => {
    expect(countedTouches([touch], [shown(-5), shown(-1, true)])).toEqual([]);
  });

  it('count the clicks of everybody else', () => {
    expect(countedTouches([touch], [])).toEqual([touch]);
    expect(countedTouches([touch], [shown(-5, true), shown(-1)])).toEqual([touch]);
    expect(countedTouches([touch], [shown(-1, true, 'a')])).toEqual([touch]);
    expect(countedTouches([touch], [shown(-1), shown(61_000, true)])).toEqual([touch]);
  });
});
