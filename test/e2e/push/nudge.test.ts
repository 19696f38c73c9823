import { expect } from 'vitest';
import {
  deliveriesOf,
  inBoth,
  journey,
  push,
  QUESTION,
  reportsOf,
  soon,
  useStage,
  visitorOf,
} from '../../support/push/stage.ts';

const stage = useStage();

const KETTLE = '/products/ember-kettle';

inBoth(
  'who left a cart is called back to it, and what is bought then is put down to the call',
  async (engine) => {
    const { product, service, browsers } = stage;
    const { desktop, ...browser } = browsers[engine];
    const shop = stage.shop('nudge');
    browser.answerPrompts('granted');
    const page = await browser.open(shop + KETTLE);
    const visitor = await visitorOf(page);
    await page.click('button', 'Yes, tell me');
    await soon(async () =>
      expect((await reportsOf(stage, visitor)).map(({ event }) => event)).toContain('push_subscribed'),
    );
    console.log(engine, page.console, browser.prompts);
    await page.click('[data-testid=add-to-cart]');
    await soon(async () => expect((await product.profile(visitor)).cart.items).toHaveLength(1));
    await page.goto(`${shop}/healthz`);
    await page.evaluate(() => localStorage.removeItem('tarn.cart'));
    await page.goto('about:blank');
    const shown = await desktop.waitFor('Still yours').catch(async (e) => {
      console.log(
        engine,
        JSON.stringify(await deliveriesOf(stage, visitor)),
        service.events.map((e) => JSON.stringify(e).slice(0, 200)),
        product.outgoing,
      );
      throw e;
    });
    console.log(engine, JSON.stringify(shown), JSON.stringify(await deliveriesOf(stage, visitor)));
  },
  {
    before: async () => {
      await stage.publish(QUESTION);
      await stage.publish(
        journey('left', [
          { id: 'wait', type: 'wait', for: 'PT3S' },
          push('call', {
            title: 'Still yours',
            body: '{{ cart.items[0].item_name }}',
            url: '{{ cart.restore_url }}',
          }),
        ]),
      );
    },
    after: () => stage.end('left', QUESTION.id),
  },
);
