import { describe, expect, it } from 'vitest';
import { api, makeSite, type TestSite } from '../../../test/support/workerd/collector.ts';

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
});
