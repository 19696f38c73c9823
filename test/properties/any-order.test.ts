import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { StoredMessage } from '../../collector/src/message.ts';
import {
  eventsOf,
  makeSite,
  personOf,
  post,
  profileOf,
  storedEvents,
  type TestSite,
} from '../support/workerd/collector.ts';
import { oracle } from './oracle.ts';
import { runs } from './runs.ts';
import { cut, DEVICES, heardOf, NOW, shuffled, sizes, USERS, type World, worlds } from './shopping.ts';
import { shown } from './shown.ts';

/** How a batch is sent. */
interface Manner {
  /** By how much the sender's clock is ahead, ms. */
  ahead: number;
  /** Which route token goes with it. */
  token: 'last' | 'none' | 'first' | 'forged';
  key: 'browser' | 'server';
  /** A page view as a `page` message, and not as a track call. */
  pages: boolean;
}
const manner: fc.Arbitrary<Manner> = fc.record({
  // A minute is still taken for a slow network; from there on, the sender's clock is wrong.
  ahead: fc.constantFrom(0, 59_999, -60_000, 60_001, -60_001, 86_400_000, -40 * 86_400_000),
  token: fc.constantFrom('last', 'last', 'none', 'first', 'forged'),
  key: fc.constantFrom('browser', 'browser', 'server'),
  pages: fc.boolean(),
});
const manners = fc.array(manner, { minLength: 1, maxLength: 12 });

/** A world, and how its messages reach the collector: once in any order, then all of them again. */
const visits = worlds.chain((world) => {
  const once = fc.record({ order: shuffled(world.messages), sizes, manners });
  return fc.record({ world: fc.constant(world), first: once, again: once });
});
interface Delivery {
  order: StoredMessage[];
  sizes: number[];
  manners: Manner[];
}

async function deliver(site: TestSite, { order, sizes, manners }: Delivery): Promise<void> {
  const tokens = { first: '', last: '' };
  for (const [i, batch] of cut(order, sizes).entries()) {
    const { ahead, token, key, pages } = manners[i % manners.length] as Manner;
    const body = {
      batch: batch.map((message) => toWire(message, ahead, pages)),
      sentAt: new Date(NOW + ahead).toISOString(),
      ...{
        last: { token: tokens.last },
        first: { token: tokens.first },
        forged: { token: `${tokens.last}x` },
        none: {},
      }[token],
    };
    const response =
      key === 'browser'
        ? await post(site, '/v1/batch', { ...body, writeKey: site.browserKey })
        : await post(site, '/v1/batch', body, {
            Origin: '',
            Authorization: `Basic ${btoa(`${site.serverKey}:`)}`,
          });
    const answer = (await response.json()) as { rejected: unknown[]; visitor: { token: string | null } };
    expect([response.status, answer.rejected]).toEqual([200, []]);
    tokens.last = answer.visitor.token ?? '';
    tokens.first ||= tokens.last;
  }
}

/** As a client says it whose clock is `ahead` by so much: below a minute, its times are right all the same. */
function toWire(message: StoredMessage, ahead: number, pages: boolean): object {
  const future = message.timestamp === PRESENT && pages ? TOO_FAR_AHEAD_MS : 0;
  const shift = (Math.abs(ahead) > 60_000 ? ahead : 0) + future;
  const timestamp = new Date(Date.parse(message.timestamp) + shift).toISOString();
  if (!pages || message.event !== 'page_view') return { ...message, timestamp };
  const { event: _, ...rest } = message;
  return { ...rest, timestamp, type: 'page' };
}

const PRESENT = new Date(NOW).toISOString();
const TOO_FAR_AHEAD_MS = 5 * 60_000 + 1;

async function everyProfile(site: TestSite) {
  const devices = DEVICES.map(async (device) => [device, shown(await profileOf(site, device))]);
  const users = USERS.map(async (user) => [user, shown(await personOf(site, user))]);
  return Object.fromEntries(await Promise.all([...devices, ...users]));
}
function expectedOf(world: World) {
  return Object.fromEntries([...DEVICES, ...USERS].map((who) => [who, shown(oracle(heardOf(world, who)))]));
}

describe('what a shop knows of its visitors', () => {
  beforeAll(() => {
    vi.useFakeTimers({ toFake: ['Date'], now: NOW });
  });
  afterAll(() => {
    vi.useRealTimers();
  });

  it('is what they did, whatever the network and their clocks made of it, and nothing is counted twice', async () => {
    await fc.assert(
      fc.asyncProperty(visits, async ({ world, first, again }) => {
        const site = await makeSite();
        await deliver(site, first);
        expect(await everyProfile(site)).toEqual(expectedOf(world));
        expect(await storedEvents(site)).toEqual(world.messages.map(({ messageId }) => messageId).sort());

        const profiles = () => Promise.all(DEVICES.map((device) => profileOf(site, device)));
        const before = [await profiles(), await eventsOf(site)];
        await deliver(site, again);
        expect([await profiles(), await eventsOf(site)]).toEqual(before);
      }),
      runs(20),
    );
  });
});
