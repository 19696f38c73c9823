import { env } from 'cloudflare:workers';
import { expect, it, vi } from 'vitest';
import {
  deviceObject,
  makeSite,
  sendBatch,
  standing,
  track,
} from '../../../test/support/workerd/collector.ts';
import { publish } from '../../../test/support/workerd/popups.ts';
import { alarm, pushService, subscribe } from '../../../test/support/workerd/push-service.ts';

it('a nudge goes through the queue, once, and its profile hears what became of it', async () => {
  const site = await makeSite();
  const variants = [{ key: 'a', content: { en: { title: 'Still yours', url: '/cart' } } }];
  await publish(site, 'campaigns', {
    id: 'left',
    name: 'Left',
    entry: { on: 'event', event: 'add_to_cart' },
    steps: [{ id: 'm', type: 'message', channel: 'push', variants }],
    quietHours: null,
    cap: null,
  } as { id: string });
  const service = pushService();
  const queued = vi.spyOn(env.DELIVERIES as Queue, 'send');
  await subscribe(site, 'v');
  await sendBatch(site, [track('v', 'add_to_cart')]);
  await alarm(deviceObject(site, 'v'));
  expect(queued).toHaveBeenCalledTimes(1);
  await vi.waitFor(() => expect(service.posted).toHaveLength(1), { timeout: 20_000 });
  await vi.waitFor(
    async () => expect((await standing(site, 'delivery')).map(({ status }) => status)).toEqual(['sent']),
    { timeout: 20_000 },
  );
  expect(service.posted).toHaveLength(1);
});
