import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  api,
  DAY,
  deviceObject,
  fromServer,
  MINUTE,
  makeSite,
  sendBatch,
  standing,
  type TestSite,
  track,
} from '../../../../test/support/workerd/collector.ts';
import { armedBy, NO_LIMITS } from '../../../../test/support/workerd/popups.ts';
import { alarm, pushService, subscribe } from '../../../../test/support/workerd/push-service.ts';
import { wordPush } from '../../profile/word-push.ts';
import type { PersonalData } from '../personalise.ts';
import { campaignDraft } from '../schema.ts';
import { pushSteps } from '../steps.ts';
import { templates } from './index.ts';
import { LANGUAGES } from './languages.ts';

const HOUR = 60 * MINUTE;
/** 10:00 in Vienna, on a Monday. */
const MORNING = Date.parse('2026-11-16T09:00:00Z');

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
  vi.setSystemTime(MORNING);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const context = { timezone: 'Europe/Vienna', page: { url: 'https://shop.example/p/kettle' } };
const KETTLE = {
  item_id: 'k',
  item_name: 'Kettle',
  price: 46,
  quantity: 1,
  url: 'https://shop.example/p/kettle',
};
const properties = { currency: 'EUR', items: [KETTLE] };
const looked = () => track('v', 'view_item', { properties, context });
const filled = (items: object[] = [KETTLE]) =>
  track('v', 'cart_updated', { properties: { currency: 'EUR', items }, context });
const bought = () =>
  track('v', 'purchase', {
    properties: { ...properties, value: 46, transaction_id: crypto.randomUUID() },
    context,
  });
const subscribed = () =>
  track('v', 'push_subscribed', { properties: { endpoint_origin: 'https://fcm.googleapis.com' }, context });

/** The template as it comes, without its control group, so that nobody is left out by chance. */
async function shopWith(template: string): Promise<TestSite> {
  const site = await makeSite({ ...NO_LIMITS, timeZone: 'Europe/Vienna' });
  const made = await api('POST', `/api/sites/${site.id}/campaigns/from-template`, { template });
  const draft = campaignDraft.strip().parse(await made.json());
  await api('PUT', `/api/sites/${site.id}/campaigns/${template}`, { ...draft, holdout: { percent: 0 } });
  const published = await api('POST', `/api/sites/${site.id}/campaigns/${template}/publish`);
  expect(published.status).toBe(200);
  pushService();
  return site;
}

let current: TestSite;

/** Lets time pass, with an alarm every now and then. */
async function pass(ms: number): Promise<void> {
  const until = Date.now() + ms;
  const step = ms > 7 * DAY ? 12 * HOUR : HOUR;
  while (Date.now() < until) {
    vi.setSystemTime(Math.min(until, Date.now() + step));
    await alarm(deviceObject(current, 'v'));
  }
}

/** Of each message that was sent or passed over: its step, what became of it, and after how many hours. */
async function said(): Promise<string[]> {
  const rows = await standing(current, 'delivery');
  return rows.map(({ step, status, reason, at }) =>
    [step, status, reason, `${Math.round((Date.parse(at) - MORNING) / HOUR)} h`].filter(Boolean).join(' '),
  );
}

describe('an abandoned cart', () => {
  beforeEach(async () => {
    current = await shopWith('abandoned-cart');
  });

  it('is spoken of in a popup, after an hour, and a day later', async () => {
    expect(await armedBy(current, [filled()])).toEqual(['abandoned-cart']);
    await subscribe(current, 'v');
    await pass(3 * DAY);
    expect(await said()).toEqual(['first-nudge sent 1 h', 'second-nudge sent 25 h']);
  });

  it('is spoken of no more when it was bought', async () => {
    await sendBatch(current, [filled()]);
    await subscribe(current, 'v');
    await pass(2 * HOUR);
    await sendBatch(current, [bought()]);
    await pass(2 * DAY);
    expect(await said()).toEqual(['first-nudge sent 1 h']);
  });

  it('is not spoken of when it was emptied', async () => {
    await sendBatch(current, [filled()]);
    await subscribe(current, 'v');
    vi.setSystemTime(Date.now() + MINUTE);
    await sendBatch(current, [filled([])]);
    await pass(2 * DAY);
    expect(await said()).toEqual([]);
  });

  it('is spoken of to who has left the checkout, and not while paying', async () => {
    const paying = { ...context, page: { url: 'https://shop.example/pay' } };
    await sendBatch(current, [filled()]);
    await subscribe(current, 'v');
    expect(await armedBy(current, [track('v', 'begin_checkout', { properties, context: paying })])).toEqual(
      [],
    );
    await pass(2 * HOUR);
    expect(await said()).toEqual(['first-nudge sent 1 h']);
  });
});

describe('a product that was looked at', () => {
  beforeEach(async () => {
    current = await shopWith('browse-abandonment');
    await sendBatch(current, [looked()]);
    await subscribe(current, 'v');
  });

  it('is spoken of after four hours', async () => {
    await pass(DAY);
    expect(await said()).toEqual(['reminder sent 4 h']);
  });

  it.each([
    ['in the cart by then', filled],
    ['bought by then', bought],
  ])('is not spoken of when it is %s', async (_, then) => {
    await pass(HOUR);
    await sendBatch(current, [then()]);
    await pass(DAY);
    expect(await said()).toEqual([]);
  });
});

describe('who takes push messages', () => {
  beforeEach(async () => {
    current = await shopWith('welcome');
    await sendBatch(current, [subscribed()]);
    await subscribe(current, 'v');
  });

  it('is greeted, and shown three days later what sells best', async () => {
    await pass(4 * DAY);
    expect(await said()).toEqual([
      expect.stringMatching(/^greeting sent [01] h/),
      expect.stringMatching(/^best-sellers sent 7[2-8] h/),
    ]);
  });

  it('is shown no best sellers after having bought', async () => {
    await pass(DAY);
    await sendBatch(current, [bought()]);
    await pass(4 * DAY);
    expect(await said()).toHaveLength(1);
  });
});

describe('a buyer who does not come back', () => {
  it.each([
    ['the page', (site: TestSite) => sendBatch(site, [bought()])],
    [
      'the server, after the page was left',
      async (site: TestSite) => {
        vi.setSystemTime(Date.now() + MINUTE);
        await fromServer(site, [bought()]);
      },
    ],
  ])('is called after three weeks, when %s has told of the order', async (_, tell) => {
    current = await shopWith('win-back');
    await sendBatch(current, [looked()]);
    await tell(current);
    await subscribe(current, 'v');
    await pass(20 * DAY);
    expect(await said()).toEqual([]);
    await pass(3 * DAY);
    expect(await said()).toEqual([expect.stringMatching(/^news sent 5\d\d h/)]);
    await pass(30 * DAY);
    expect(await said()).toHaveLength(1);
  });

  it('is left alone who has bought nothing', async () => {
    current = await shopWith('win-back');
    await sendBatch(current, [looked()]);
    await subscribe(current, 'v');
    await pass(23 * DAY);
    expect(await said()).toEqual([]);
  });
});

const CART = {
  items: [KETTLE, { ...KETTLE, item_id: 'm', item_name: 'Mug' }],
  value: 92,
  quantity: 2,
  currency: 'EUR',
  restore_url: 'https://shop.example/?beckon_cart=t',
};
const LOOK = {
  last_name: 'A kettle with a very long name that no phone would ever show',
  last_price: 46,
  last_currency: 'EUR',
  last_address: KETTLE.url,
};
const PEOPLE: Record<string, PersonalData> = {
  'somebody with a cart, and a look': { cart: CART, facts: LOOK },
  'somebody of whom little is known': {
    cart: {
      items: [{ item_id: 'k', quantity: 1 }],
      value: 0,
      quantity: 1,
      currency: null,
      restore_url: 'https://shop.example/',
    },
    facts: { last_name: 'Kettle', last_price: null, last_currency: null, last_address: null },
  },
};
const PUSHES = templates().flatMap(({ id, draft }) =>
  pushSteps(draft.steps).flatMap(({ step }) =>
    LANGUAGES.map((language) => [id, step.id, language, step] as const),
  ),
);

describe('what journeys say', () => {
  const worded = (step: (typeof PUSHES)[number][3], language: string, data: PersonalData) =>
    wordPush(step, {
      ...{
        variant: 'a',
        locales: [language],
        data: { visitor: { traits: {} }, ...data },
        timeZone: 'Europe/Vienna',
      },
      ...{
        currency: 'EUR',
        now: MORNING,
        origin: 'https://shop.example',
        collector: 'https://collector.example',
      },
    });

  it.each(PUSHES)('%s, %s in %s is whole, short, and leads to the shop', (_id, _step, language, step) => {
    for (const [who, data] of Object.entries(PEOPLE)) {
      const push = worded(step, language, data);
      const { title = '', body = '', url = '' } = push?.text ?? {};
      expect(push?.lang, who).toBe(language);
      for (const text of [title, body])
        expect(text, who).not.toMatch(/^$|\{[{%]|undefined|null|NaN| {2}|^[\s.,]| [.,]/);
      expect(title.length, `${who}: ${title}`).toBeLessThanOrEqual(50);
      expect(body.length, `${who}: ${body}`).toBeLessThanOrEqual(140);
      expect(url, who).toMatch(/^https:\/\/shop\.example\//);
    }
  });

  it.each(PUSHES.filter(([, , language]) => language !== 'en'))(
    '%s, %s in %s is in no other language',
    (_id, _step, language, step) => {
      const bare = { cart: { ...CART, items: [], value: 0 }, facts: { last_name: '7' } };
      const { title = '', body = '' } = worded(step, language, bare)?.text ?? {};
      const english = worded(step, 'en', bare)?.text;
      expect(title).not.toBe(english?.title);
      expect(body).not.toBe(english?.body);
      const foreign = { uk: /\p{Script=Latin}/u, ar: /\p{Script=Latin}|\p{Script=Cyrillic}/u }[
        language as string
      ];
      if (foreign) expect(title + body).not.toMatch(foreign);
    },
  );
});
