import { expect, it } from 'vitest';
import {
  api,
  at,
  DAY,
  deviceObject,
  makeSite,
  sendBatch,
  standing,
  stateIn,
  track,
} from '../../../test/support/workerd/collector.ts';
import { publish } from '../../../test/support/workerd/popups.ts';

const viewers = (agg: object = {}) => ({
  id: 'viewers',
  name: 'Viewers',
  audience: {
    rule: { '>=': [{ var: 'facts.views' }, 2] },
    facts: { views: { agg: 'count', event: 'view_item', ...agg } },
  },
});

it('who enters a segment by a message that comes late is in it from now on, not since then', async () => {
  const site = await makeSite();
  await publish(site, 'segments', viewers());
  await sendBatch(site, [track('v')]);
  await sendBatch(site, [track('v', 'view_item', at(Date.now() - 20 * DAY))]);
  const [{ since }] = await standing(site, 'segment');
  expect(Date.now() - Date.parse(since)).toBeLessThan(DAY);
});

it('a test link makes nobody else whose messages come with it a test visitor', async () => {
  const site = await makeSite();
  const made = await api('POST', `/api/sites/${site.id}/test-links`, { url: 'https://shop.example/' });
  const { url } = await made.json<{ url: string }>();
  await sendBatch(site, [track('me', 'page_view', { context: { page: { url } } }), track('other')]);
  expect((await stateIn(deviceObject(site, 'me'))).test).toEqual({ variants: {} });
  expect((await stateIn(deviceObject(site, 'other')))?.test ?? null).toBeNull();
});
