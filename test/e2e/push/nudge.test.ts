import { expect } from 'vitest';
import { notifications } from '../../../demo-site/campaigns/notifications.ts';
import type { PushPage } from '../../support/push/browsers.ts';
import {
  deliveriesOf,
  fillCart,
  inBoth,
  journey,
  namesOf,
  push,
  QUESTION,
  reportsOf,
  type SentOrNot,
  soon,
  startStage,
  subscribed,
  visitorOf,
  visitorsOf,
} from '../../support/push/stage.ts';

/** Whom the warehouse was told of. */
const told: string[] = [];
const stage = startStage({
  hosts: {
    'https://warehouse.example': async (request) => {
      told.push(await request.text());
      return Response.json({});
    },
  },
});

const KETTLE = '/products/ember-kettle';
const wait = (id: string, time: string) => ({ id, type: 'wait' as const, for: time });
const restored = (title: string) => ({
  title,
  body: 'The {{ cart.items[0].item_name }}',
  url: '{{ cart.restore_url }}',
});
/** A journey for this test's visitors alone. */
const publish = (id: string, steps: Parameters<typeof journey>[1], change: object = {}) =>
  stage.publish(journey(id, steps, { audience: visitorsOf(stage.shop(id)), ...change }));
const outcomes = (sent: SentOrNot[]) =>
  sent.map(({ campaign, step, status, reason }) => [`${campaign}/${step}`, status, reason]);
const linesIn = (page: PushPage) =>
  page.until('the cart', () => {
    const lines = JSON.parse(localStorage.getItem('tarn.cart') ?? '[]') as {
      item_id: string;
      quantity: number;
    }[];
    return lines.length > 0 && lines.map(({ item_id, quantity }) => [item_id, quantity]);
  });

inBoth(
  'who left a cart is called back to it on any device, and what is bought then is put down to the call',
  async (engine) => {
    const { product, browsers } = stage;
    const { desktop, ...browser } = browsers[engine];
    const shop = stage.shop('left');
    browser.answerPrompts('granted');
    const page = await browser.open(shop + KETTLE);
    const visitor = await visitorOf(page);
    await page.click('button', 'Yes, tell me');
    await soon(async () => expect(namesOf(await reportsOf(stage, visitor))).toContain('push_subscribed'));
    expect(browser.prompts).toEqual([{ origin: shop, gesture: true, answer: 'granted' }]);

    await fillCart(stage, page, visitor);
    await page.goto(`${shop}/healthz`);
    await page.evaluate(() => localStorage.removeItem('tarn.cart'));
    const shown = await desktop.waitFor('Still yours');
    expect(shown.body).toContain('The Ember kettle');
    const link = await page.evaluate(async () => {
      const registration = await navigator.serviceWorker.getRegistration('/push/beckon/sw.js');
      const [notification] = (await registration?.getNotifications()) ?? [];
      return notification?.data.urls[''] as string;
    });
    await page.close();

    desktop.press(shown);
    const back = await browser.tab(({ origin, pathname }) => origin === shop && pathname === '/');
    expect(await linesIn(back)).toEqual([['ember-kettle', 1]]);
    expect(await back.url()).not.toContain('beckon_');
    await back.goto(`${shop}/checkout`);
    await back.evaluate((email) => {
      (document.querySelector('#email') as HTMLInputElement).value = email;
    }, `${engine}@left.example`);
    await back.click('[data-testid=place-order]');
    const [{ id: delivery = '' } = {}] = await deliveriesOf(stage, visitor);
    const touch = { channel: 'push', campaign: 'left', step: 'call', deliveryId: delivery };
    await soon(async () =>
      expect((await product.profile(visitor)).orders).toMatchObject([
        { touches: expect.arrayContaining([expect.objectContaining(touch)]) },
      ]),
    );
    const reports = await reportsOf(stage, visitor);
    for (const event of ['push_shown', 'push_clicked']) {
      const those = reports.filter((report) => report.event === event);
      expect(those.map(({ properties }) => properties?.delivery_id)).toEqual([delivery]);
    }

    const other = browsers[engine === 'Chromium' ? 'Firefox' : 'Chromium'];
    const elsewhere = await other.open(link.replace(shop, stage.shop('left, elsewhere')));
    expect(await linesIn(elsewhere)).toEqual([['ember-kettle', 1]]);
    expect(await visitorOf(elsewhere)).not.toBe(visitor);
    await Promise.all([elsewhere.close(), back.close()]);
  },
  {
    before: async () => {
      await stage.publish(QUESTION);
      await publish('left', [wait('hour', 'PT3S'), push('call', restored('Still yours'))]);
    },
    after: () => stage.end('left', QUESTION.id),
  },
);

inBoth(
  'who buys on another device is not called back to the cart on this one',
  async (engine) => {
    const { product, browsers, service } = stage;
    const shop = stage.shop('bought');
    const { page, visitor, token } = await subscribed(stage, engine, shop, KETTLE);
    const userId = `mira-${engine}`;
    await page.evaluate((id) => beckon('identify', id), userId);
    await fillCart(stage, page, visitor);
    await page.close();

    const phone = { anonymousId: `phone-${engine}`, timestamp: new Date().toISOString(), userId };
    const kettle = { item_id: 'ember-kettle', item_name: 'Ember kettle', price: 68, quantity: 1 };
    const order = { transaction_id: `T-${engine}`, currency: 'USD', value: 68, items: [kettle] };
    const batch = [
      { type: 'identify', messageId: crypto.randomUUID(), ...phone },
      { type: 'track', event: 'purchase', messageId: crypto.randomUUID(), properties: order, ...phone },
    ];
    const answer = await fetch(`${product.collector}/v1/batch`, {
      method: 'POST',
      headers: { Origin: product.shop },
      body: JSON.stringify({ writeKey: 'demo', batch, sentAt: new Date().toISOString() }),
    });
    expect(answer.status).toBe(200);

    // A journey that no purchase ends speaks after the other one had its time.
    await soon(() => expect(told.join()).toContain(userId));
    const sent = await deliveriesOf(stage, visitor);
    expect(sent.filter(({ campaign }) => campaign === 'bought')).toEqual([]);
    expect((await product.profile(visitor)).orders).toHaveLength(1);
    expect(service.events.some((event) => event.type === 'post' && event.token === token)).toBe(false);
    expect(browsers[engine].desktop.history.map(({ title }) => title)).not.toContain('Not bought');
  },
  {
    before: async () => {
      const tell = { url: 'https://warehouse.example/carts', body: { customer: '{{ visitor.userId }}' } };
      await publish('bought', [wait('hour', 'PT3S'), push('call', restored('Not bought'))]);
      await stage.publish(
        journey(
          'witness',
          [wait('hour', 'PT4S'), { id: 'tell', type: 'message', channel: 'webhook', webhook: tell }],
          { entry: { on: 'event', event: 'cart_updated' }, exits: [] },
        ),
      );
    },
    after: () => stage.end('bought', 'witness'),
  },
);

inBoth(
  'who was offline for a whole journey finds one notification, the last one',
  async (engine, onTestFinished) => {
    const { service } = stage;
    const { browser, page, visitor, token } = await subscribed(stage, engine, stage.shop('offline'), KETTLE);
    browser.link.offline();
    onTestFinished(() => browser.link.online());
    await fillCart(stage, page, visitor);
    await page.close();
    await soon(async () =>
      expect(outcomes(await deliveriesOf(stage, visitor))).toEqual([
        ['offline/first', 'sent', null],
        ['offline/second', 'sent', null],
        ['offline/third', 'sent', null],
      ]),
    );
    expect(service.waiting(token)).toBe(1);
    browser.link.online();
    await browser.desktop.waitFor('Third call');
    const calls = browser.desktop.history.filter(({ title }) => title.endsWith(' call'));
    expect(calls.map(({ title }) => title)).toEqual(['Third call']);
  },
  {
    before: () =>
      publish('offline', [
        wait('1', 'PT1S'),
        push('first', restored('First call')),
        wait('2', 'PT1S'),
        push('second', restored('Second call')),
        wait('3', 'PT1S'),
        push('third', restored('Third call')),
      ]),
    after: () => stage.end('offline'),
  },
);

inBoth(
  'who has ended it in the browser is sent nothing more, and the shop can see why',
  async (engine) => {
    const { service } = stage;
    const shop = stage.shop('ended');
    const { browser, page, visitor, token } = await subscribed(stage, engine, shop, KETTLE);
    await fillCart(stage, page, visitor);
    await page.goto(`${shop}/healthz`);
    await browser.desktop.waitFor('Once');
    await page.evaluate(async () => {
      const registration = await navigator.serviceWorker.getRegistration('/push/beckon/sw.js');
      await (await registration?.pushManager.getSubscription())?.unsubscribe();
    });
    await soon(async () =>
      expect(outcomes(await deliveriesOf(stage, visitor))).toEqual([
        ['ended/once', 'sent', null],
        ['ended/twice', 'failed', 'no_subscription'],
      ]),
    );
    const answers = service.events.flatMap((event) =>
      event.type === 'post' && event.token === token ? [event.status] : [],
    );
    expect(answers).toEqual([201, 410]);
    await page.close();
  },
  {
    before: () =>
      publish('ended', [
        wait('1', 'PT1S'),
        push('once', restored('Once')),
        wait('2', 'PT3S'),
        push('twice', restored('Twice')),
      ]),
    after: () => stage.end('ended'),
  },
);

inBoth(
  'who takes the permission back is sent nothing more, and the shop can see why',
  async (engine) => {
    const shop = stage.shop('revoked');
    const { browser, page, visitor, token } = await subscribed(stage, engine, shop, KETTLE);
    await fillCart(stage, page, visitor);
    await browser.desktop.waitFor('While allowed');
    await browser.permit(shop, 'denied');
    await soon(async () =>
      expect(outcomes(await deliveriesOf(stage, visitor))).toEqual([
        ['revoked/allowed', 'sent', null],
        ['revoked/revoked', 'skipped', 'no_subscription'],
      ]),
    );
    expect(namesOf(await reportsOf(stage, visitor))).toContain('push_unsubscribed');
    const posts = stage.service.events.filter((event) => event.type === 'post' && event.token === token);
    expect(posts).toHaveLength(1);
    expect(page.console).toEqual([]);
    await page.close();
  },
  {
    before: () =>
      publish('revoked', [
        wait('1', 'PT1S'),
        push('allowed', restored('While allowed')),
        wait('2', 'PT3S'),
        push('revoked', restored('Not any more')),
      ]),
    after: () => stage.end('revoked'),
  },
);

declare const beckon: (...call: unknown[]) => void;

interface Reachable {
  push: { subscriptions: unknown[] };
}

inBoth(
  "who puts the shop's question off can still switch notifications on in the account, and off again",
  async (engine) => {
    const browser = stage.browsers[engine];
    const shop = stage.shop('switch');
    const page = await browser.open(`${shop}/products/ember-kettle`);
    const visitor = await visitorOf(page);
    await soon(async () => expect(await stage.product.events(visitor)).not.toEqual([]));
    await page.goto(`${shop}/lookbook`);
    await page.click('button', 'Not now');

    await page.goto(`${shop}/account`);
    await page.until('the switch', () => !!document.querySelector('[data-notifications][data-reason=later]'));
    const asked = () => browser.prompts.filter(({ origin }) => origin === shop);
    expect(asked(), 'the browser asked nobody yet').toEqual([]);
    browser.answerPrompts('granted');
    await page.click('[data-testid=notifications]');
    await page.until('on', () => !!document.querySelector('[role=switch][aria-checked=true]'));
    expect(asked()).toMatchObject([{ gesture: true, answer: 'granted' }]);
    const reachable = async () =>
      ((await stage.product.profile(visitor)) as unknown as Reachable).push.subscriptions.length;
    await soon(async () => expect(await reachable()).toBe(1));

    await page.click('[data-testid=notifications]');
    await page.until(
      'off',
      () => !!document.querySelector('[role=switch][aria-checked=false]:not([aria-disabled=true])'),
    );
    await soon(async () => expect(await reachable()).toBe(0));
    await soon(async () =>
      expect((await reportsOf(stage, visitor)).map(({ event }) => event)).toEqual([
        'push_prompted',
        'push_subscribed',
        'push_unsubscribed',
      ]),
    );
    expect(page.console).toEqual([]);
  },
  { before: () => stage.publish(notifications), after: () => stage.end(notifications.id) },
);
