import { describe, expect, it } from 'vitest';
import {
  api,
  at,
  DAY,
  identify,
  makeSite,
  sendBatch,
  type TestSite,
  track,
} from '../../../test/support/workerd/collector.ts';

const content = { en: { kind: 'modal', blocks: [{ type: 'heading', text: 'Hi' }] } };
const draft = (change: object = {}) => ({
  id: 'c',
  name: 'A popup',
  steps: [{ id: 'm', type: 'message', channel: 'popup', variants: [{ key: 'a', content }] }],
  ...change,
});
const searched = (times: number, within = 'P1D') => ({
  rule: { '>=': [{ var: 'facts.n' }, times] },
  facts: { n: { agg: 'count', event: 'search', within } },
});

async function save(site: TestSite, kind: string, body: { id: string }): Promise<string> {
  const path = `/api/sites/${site.id}/${kind}/${body.id}`;
  const response = await api('PUT', path, body);
  if (!response.ok) throw new Error(await response.text());
  return path;
}

const replay = async (path: string, days = 7) => (await api('POST', `${path}/replay`, { days })).json();

describe('a draft that is replayed', () => {
  it('tells how many it would have met, and who, though it was never live', async () => {
    const site = await makeSite();
    await sendBatch(site, [track('ann', 'search'), track('bob', 'page_view')]);
    const second = track('ann', 'search');
    await sendBatch(site, [second]);
    const path = await save(site, 'campaigns', draft({ audience: searched(2) }));
    expect(await replay(path)).toEqual({
      days: 7,
      visitors: 2,
      looked: 2,
      truncated: false,
      matched: 1,
      times: 1,
      items: [
        {
          profile: 'anonymous:ann',
          at: expect.stringMatching(/Z$/),
          messageId: second.messageId,
          event: 'search',
          variant: 'a',
          control: null,
        },
      ],
      cursor: null,
    });
  });

  it('counts a person with two devices once', async () => {
    const site = await makeSite();
    for (const device of ['phone', 'laptop']) {
      await sendBatch(site, [track(device, 'search')]);
      await sendBatch(site, [identify(device, 'mira')]);
    }
    await sendBatch(site, [track('phone', 'search')]);
    const path = await save(site, 'campaigns', draft({ audience: searched(3) }));
    expect(await replay(path)).toMatchObject({
      visitors: 1,
      looked: 1,
      matched: 1,
      items: [{ profile: 'user:mira', event: 'search' }],
    });
  });

  it('says whom an experiment would have held out', async () => {
    const site = await makeSite();
    const devices = Array.from({ length: 12 }, (_, i) => `v${i}`);
    await sendBatch(
      site,
      devices.map((device) => track(device)),
    );
    const path = await save(site, 'campaigns', draft({ holdout: { percent: 50 } }));
    const { items } = (await replay(path)) as { items: { control: string | null }[] };
    expect(new Set(items.map(({ control }) => control))).toEqual(new Set([null, 'campaign']));
  });

  it('leaves to what is more important what that would have shown', async () => {
    const site = await makeSite();
    const path = await save(site, 'campaigns', draft({ id: 'vip', priority: 900, audience: searched(1) }));
    await api('POST', `${path}/publish`);
    await sendBatch(site, [track('ann', 'search'), track('bob', 'page_view')]);
    const other = await save(site, 'campaigns', draft());
    expect(await replay(other)).toMatchObject({ matched: 1, items: [{ profile: 'anonymous:bob' }] });
  });

  it('is not what is decided by when another draft is published', async () => {
    const site = await makeSite();
    const path = await save(site, 'campaigns', draft({ audience: { rule: false } }));
    await sendBatch(site, [track('ann')]);
    expect(await replay(path)).toMatchObject({ matched: 0 });
    await save(site, 'campaigns', draft());
    await api('POST', `${path}/publish`);
    expect((await sendBatch(site, [track('ann')])).messages).toHaveLength(1);
  });

  it('looks at no more days than it is asked for, and at 30 at the most', async () => {
    const site = await makeSite();
    const path = await save(site, 'campaigns', draft());
    for (const days of [0, 31, 1.5, '7']) {
      expect((await api('POST', `${path}/replay`, { days })).status).toBe(400);
    }
    expect(await replay(path, 30)).toMatchObject({ visitors: 0, matched: 0, items: [] });
    const gone = `/api/sites/${site.id}/campaigns/gone/replay`;
    expect((await api('POST', gone, { days: 7 })).status).toBe(404);
  });
});

it('a segment that is replayed tells who would have entered, and who belongs to it', async () => {
  const site = await makeSite();
  await sendBatch(site, [track('ann', 'search')]);
  await sendBatch(site, [track('ann', 'search', at(Date.now() - 2 * DAY)), track('bob', 'search')]);
  const path = await save(site, 'segments', { id: 's', name: 'Seekers', audience: searched(2, 'P3D') } as {
    id: string;
  });
  expect(await replay(path)).toMatchObject({
    visitors: 2,
    looked: 2,
    matched: 1,
    members: 1,
    items: [{ profile: 'anonymous:ann', event: 'search', variant: null }],
  });
});
