import { describe, expect, it, vi } from 'vitest';
import { api, makeSite, sendBatch, type TestSite, track } from '../../../test/support/workerd/collector.ts';
import { withoutPush } from '../../../test/support/workerd/push.ts';
import { app } from '../app.ts';

const WORKER = 'https://shop.example/push/beckon/sw.js';

function says(site: TestSite, properties: object) {
  return sendBatch(site, [{ ...track('v'), event: 'push_unavailable', properties }]);
}

async function faultsOf(site: TestSite): Promise<Record<string, unknown>[]> {
  const status = (await (await api('GET', `/api/sites/${site.id}/push`)).json()) as { faults: never[] };
  return status.faults;
}

describe('a worker file that does not answer as it must', () => {
  it('is named to the shop, with what is wrong with it', async () => {
    const site = await makeSite();
    await says(site, { reason: 'worker_status', address: `${WORKER}?v=1#x`, status: 404 });
    expect(await faultsOf(site)).toEqual([
      { address: WORKER, reason: 'worker_status', status: 404, at: expect.stringMatching(/^\d{4}-/) },
    ]);
  });

  it('is written once in ten minutes, then as it was last seen', async () => {
    const site = await makeSite();
    const now = Date.now();
    const clock = vi.spyOn(Date, 'now');
    try {
      for (const [minute, status] of [
        [0, 404],
        [9, 500],
        [11, 403],
      ] as const) {
        clock.mockReturnValue(now + minute * 60_000);
        await says(site, { reason: 'worker_status', address: WORKER, status });
        expect(await faultsOf(site)).toMatchObject([{ status: minute === 9 ? 404 : status }]);
      }
    } finally {
      clock.mockRestore();
    }
  });

  it.each([
    { reason: 'worker_status', address: 'https://evil.test/sw.js' },
    { reason: 'worker_status', address: '/push/beckon/sw.js' },
    { reason: 'worker_status' },
    { address: WORKER },
    { reason: '', address: WORKER },
    { reason: 'Call +49 170 1234567 to repair it', address: WORKER },
    { reason: 'home_screen', address: 'https://shop.example' },
    { reason: 'worker_status', address: 'https://shop.example/call-us-to-repair-it.js' },
    { reason: 7, address: [WORKER] },
  ])('is not taken from just any message: %j', async (properties) => {
    const site = await makeSite();
    await says(site, properties);
    expect(await faultsOf(site)).toEqual([]);
  });

  it('never fills the database', async () => {
    const site = await makeSite({ origins: ['https://shop.example', 'https://www.shop.example'] });
    const messages = Array.from({ length: 60 }, (_, n) => ({
      ...track('v'),
      event: 'push_unavailable',
      properties: {
        reason: 'worker_status',
        address: `https://${n % 2 ? 'www.' : ''}shop.example/${n < 4 ? 'push/beckon/sw.js' : `${n}.js`}?${n}`,
        status: 1e9,
      },
    }));
    await sendBatch(site, messages);
    const faults = await faultsOf(site);
    expect(faults).toHaveLength(2);
    expect(faults[0]).toMatchObject({ status: null });
  });

  it('costs no visitor anything when it cannot be noted', async () => {
    const site = await makeSite();
    const properties = { reason: 'worker_status', address: WORKER, status: 404 };
    const batch = [{ ...track('v'), event: 'push_unavailable', properties }];
    const body = JSON.stringify({ writeKey: site.browserKey, batch });
    const request = { method: 'POST', headers: { Origin: site.origin }, body };
    const answer = await app.request('/v1/batch', request, withoutPush());
    expect(await answer.json()).toMatchObject({ success: true, rejected: [] });
    expect(await faultsOf(site)).toEqual([]);
  });
});
