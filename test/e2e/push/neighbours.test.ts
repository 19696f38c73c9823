import { afterAll, beforeAll, expect, it } from 'vitest';
import { encrypt } from '../../../collector/src/push/encrypt.ts';
import { authorization, newVapidPair, signerOf, type VapidPair } from '../../../collector/src/push/vapid.ts';
import { startShop } from '../../../demo-site/server.ts';
import { startPushBrowser } from '../../support/push/browsers.ts';
import {
  foreignTool,
  installNeighbour,
  registrationsOf,
  workboxLike,
} from '../../support/push/neighbours.ts';
import { type PushService, startPushService } from '../../support/push/push-service.ts';
import { ENGINES } from '../../support/tab.ts';

const box = workboxLike(['/cart', '/shop.css']);
const tool = foreignTool();

let service: PushService;
beforeAll(async () => {
  service = await startPushService();
});
afterAll(() => service.close());

async function send(to: PushSubscriptionJSON | null, message: object, pair: VapidPair): Promise<number> {
  const { endpoint = '', keys } = to ?? {};
  const signer = await signerOf(pair);
  const { origin } = new URL(endpoint);
  const { status } = await fetch(service.local(endpoint), {
    method: 'POST',
    headers: {
      Authorization: await authorization(signer, origin, 'https://shop.example', Date.now()),
      TTL: '60',
      'Content-Encoding': 'aes128gcm',
    },
    body: await encrypt(new TextEncoder().encode(JSON.stringify(message)), {
      p256dh: keys?.p256dh ?? '',
      auth: keys?.auth ?? '',
    }),
  });
  return status;
}

it.each(ENGINES)(
  '%s runs a shop’s worker at the root beside another push tool’s, each with its own messages',
  async (engine) => {
    const workers = { [box.path]: box.script, [tool.path]: tool.script };
    const shop = await startShop({ port: 0, collector: service.base, workers });
    const browser = await startPushBrowser(engine, service, [shop.url]);
    try {
      const page = await browser.open(shop.url);
      const [theirs, others] = await Promise.all([newVapidPair(), newVapidPair()]);
      const boxed = await installNeighbour(page, box, { key: theirs.publicKey });
      const tooled = await installNeighbour(page, tool, { key: others.publicKey });
      expect((await registrationsOf(page)).toSorted((a, b) => a.scope.length - b.scope.length)).toEqual([
        { scope: '/', script: box.path, endpoint: boxed?.endpoint, key: theirs.publicKey },
        { scope: '/push-tool/', script: tool.path, endpoint: tooled?.endpoint, key: others.publicKey },
      ]);

      expect(await send(boxed, { neighbour: 'Your parcel is on its way' }, theirs)).toBe(201);
      await browser.desktop.waitFor('Your parcel is on its way');
      expect(await send(tooled, { anything: 1 }, others)).toBe(201);
      expect((await browser.desktop.waitFor('Foreign tool')).body).toContain('{"anything":1}');

      await shop.close();
      await page.goto(`${shop.url}/never-seen`);
      await page.until('the shop without a network', () => document.title.startsWith('Your cart'));
    } finally {
      await browser.close();
      await shop.close();
    }
  },
);
