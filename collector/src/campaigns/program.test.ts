import { expect, it } from 'vitest';
import { programOf } from './program.ts';
import { type Campaign, campaignDraft } from './schema.ts';

const campaign = (rule: boolean): Campaign => ({
  ...campaignDraft.parse({
    id: 'c',
    name: 'C',
    audience: { rule },
    steps: [
      {
        id: 'm',
        type: 'message',
        channel: 'popup',
        variants: [
          { key: 'a', content: { en: { kind: 'modal', blocks: [{ type: 'heading', text: 'Hi' }] } } },
        ],
      },
    ],
  }),
  version: 1,
  status: 'live',
  createdAt: '2026-11-22T12:00:00.000Z',
});

const belongs = (rule: boolean, site = 'shop') =>
  programOf(site, { timeZone: 'UTC' }, [campaign(rule)], []).campaigns[0]?.audience({});

it('a database that was restored does not decide by a version that is no longer in it', () => {
  expect([belongs(false), belongs(true), belongs(false)]).toEqual([false, true, false]);
});
