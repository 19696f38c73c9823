import { expect, it } from 'vitest';
import {
  at,
  DAY,
  makeSite,
  sendBatch,
  standing,
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
