import { expect } from 'vitest';
import { notifications } from '../../../demo-site/campaigns/notifications.ts';
import { inBoth, reportsOf, soon, startStage, visitorOf } from '../../support/push/stage.ts';

const stage = startStage();

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
    expect(browser.prompts, 'the browser asked nobody yet').toEqual([]);
    browser.answerPrompts('granted');
    await page.click('[data-testid=notifications]');
    await page.until('on', () => !!document.querySelector('[role=switch][aria-checked=true]'));
    expect(browser.prompts).toMatchObject([{ gesture: true, answer: 'granted' }]);
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
