import { describe, expect, it } from 'vitest';
import {
  api,
  arrived,
  facts,
  makeSite,
  sendBatch,
  type TestSite,
  track,
} from '../../../test/support/workerd/collector.ts';

const content = { en: { kind: 'modal', blocks: [{ type: 'heading', text: 'Hi' }] } };
const steps = [{ id: 'm', type: 'message', channel: 'popup', variants: [{ key: 'a', content }] }];

async function publish(site: TestSite, kind: 'campaigns' | 'segments', draft: { id: string }) {
  const path = `/api/sites/${site.id}/${kind}/${draft.id}`;
  await api('PUT', path, { name: draft.id, ...draft });
  const response = await api('POST', `${path}/publish`);
  expect(response.status, await response.clone().text()).toBe(200);
  return path;
}

describe('a segment', () => {
  it.each<[string, object]>([
    ['starts by it', { entry: { on: 'segment', segment: 'vip' } }],
    ['stays away from it', { suppress: { segments: ['vip'] } }],
    ['is for it', { audience: { rule: { in: ['vip', { var: 'visitor.segments' }] } } }],
    ['ends for it', { exits: [{ rule: { in: ['vip', { var: 'visitor.segments' }] } }] }],
  ])('stays while a live campaign %s', async (_, change) => {
    const site = await makeSite();
    const segment = await publish(site, 'segments', { id: 'vip' });
    const campaign = await publish(site, 'campaigns', { id: 'c', steps, ...change } as { id: string });
    for (const verb of ['pause', 'end']) {
      const refused = await api('POST', `${segment}/${verb}`);
      expect([refused.status, await refused.text()]).toEqual([409, expect.stringContaining('\\"c\\"')]);
    }
    await api('POST', `${campaign}/pause`);
    expect((await api('POST', `${segment}/end`)).status).toBe(200);
    expect((await api('DELETE', segment)).status).toBe(200);
  });

  it('has nobody in it while it is not live, and leaves nothing behind when it is deleted', async () => {
    const site = await makeSite();
    const rule = { '>': [{ var: 'facts.n' }, 0] };
    const audience = { rule, facts: { n: { agg: 'count', event: 'view_item' } } };
    const [vip, other] = [
      await publish(site, 'segments', { id: 'vip', audience } as { id: string }),
      await publish(site, 'segments', { id: 'vip-2', audience } as { id: string }),
    ];
    const sizes = () =>
      Promise.all(
        [vip, other].map(async (path) => (await (await api('GET', `${path}/size`)).json()) as object),
      );
    await sendBatch(site, [track('ann')]);
    await sendBatch(site, [track('bob')]);
    await arrived();
    expect(await sizes()).toEqual([{ size: 2 }, { size: 2 }]);
    for (const verb of ['pause', 'end']) {
      await api('POST', `${vip}/${verb}`);
      expect(await sizes()).toEqual([{ size: 0 }, { size: 2 }]);
    }
    await api('POST', `${vip}/publish`);
    expect(await sizes()).toEqual([{ size: 2 }, { size: 2 }]);
    await api('POST', `${vip}/end`);
    expect((await api('DELETE', vip)).status).toBe(200);
    expect(await sizes()).toEqual([{ size: 0 }, { size: 2 }]);
    expect((await facts(site, 'segment')).map(({ row }) => row.segment)).toEqual(['vip-2', 'vip-2']);
  });
});
