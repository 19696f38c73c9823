import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { StoredMessage } from '../../collector/src/message.ts';
import {
  makeSite,
  personOf,
  profileOf,
  sendBatch,
  storedEvents,
  type TestSite,
} from '../support/workerd/collector.ts';
import { oracle } from './oracle.ts';
import { runs } from './runs.ts';
import { deed, NOW } from './shopping.ts';
import { shown } from './shown.ts';

const USERS = ['mira', 'noor', 'olga'] as const;

/** What happens in one of the two browsers of a household. */
const step = fc.record({
  browser: fc.constantFrom(0, 1),
  what: fc.oneof(
    { weight: 4, arbitrary: deed.map((deed) => ({ do: 'shop' as const, deed })) },
    { weight: 3, arbitrary: fc.constantFrom(...USERS).map((user) => ({ do: 'log in' as const, user })) },
    { weight: 1, arbitrary: fc.constant({ do: 'reset' as const }) },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant('send' as const),
        token: fc.constantFrom('last', 'last', 'lost', 'stale', 'swapped', 'forged'),
        answered: fc.constantFrom(true, true, true, false),
      }),
    },
  ),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

interface Browser {
  anonymousId: string;
  userId: string | undefined;
  outbox: StoredMessage[];
  tokens: string[];
}

/**
 * Who owns which message: in the order of arrival, whoever logged in last on the device, and the first one of a device
 * also what was said before. A repeated message stays with its first owner.
 */
class Household {
  readonly linked = new Map<string, string>();
  readonly #owners = new Map<string, { message: StoredMessage; user: string | undefined }>();

  hears(message: StoredMessage): void {
    const { anonymousId = '', userId, messageId } = message;
    if (userId && !this.linked.has(anonymousId)) {
      for (const owned of this.#owners.values())
        if (owned.message.anonymousId === anonymousId) owned.user = userId;
    }
    if (userId) this.linked.set(anonymousId, userId);
    const user = this.linked.get(anonymousId);
    if (!this.#owners.has(messageId)) this.#owners.set(messageId, { message, user });
  }

  get messageIds(): string[] {
    return [...this.#owners.keys()].sort();
  }

  /** What a profile is made of: a person's, or that of a device on which nobody has logged in. */
  owned(user: string | undefined, anonymousId?: string): StoredMessage[] {
    return [...this.#owners.values()]
      .filter(
        (owned) => owned.user === user && (user !== undefined || owned.message.anonymousId === anonymousId),
      )
      .map(({ message }) => message);
  }
}

/** Plays the steps against the collector; at last, whatever is still queued is sent and answered. */
async function play(
  site: TestSite,
  steps: readonly Step[],
  signs: 'always' | 'at log-in',
): Promise<Household> {
  const household = new Household();
  const browsers = [0, 1].map(
    (i): Browser => ({ anonymousId: `b${i}-0`, userId: undefined, outbox: [], tokens: [] }),
  );
  let count = 0;
  const say = (
    browser: Browser,
    userId: string | undefined,
    message: Pick<StoredMessage, 'type'>,
    at: number,
  ) => {
    const { anonymousId, outbox } = browser;
    const messageId = `m${String(count++).padStart(3, '0')}`;
    const timestamp = new Date(at).toISOString();
    outbox.push({ ...message, messageId, anonymousId, timestamp, ...(userId ? { userId } : {}) });
  };
  const send = async (browser: Browser, token: string | undefined, answered: boolean) => {
    const { outbox } = browser;
    if (outbox.length === 0) return;
    for (const message of outbox) household.hears(message);
    const { visitor } = await sendBatch(site, outbox, token ? { token } : {});
    if (!answered) return;
    browser.outbox = [];
    if (visitor.token) browser.tokens.push(visitor.token);
  };

  for (const { browser: i, what } of steps) {
    const [browser, other] = [browsers[i], browsers[1 - i]] as [Browser, Browser];
    switch (what.do) {
      case 'shop': {
        const { name, properties, at } = what.deed;
        const message = { type: 'track' as const, event: name, properties };
        say(browser, signs === 'always' ? browser.userId : undefined, message, at);
        break;
      }
      case 'log in':
        browser.userId = what.user;
        say(browser, what.user, { type: 'identify' }, NOW - 60_000);
        break;
      case 'reset':
        browser.anonymousId = `b${i}-${count++}`;
        browser.userId = undefined;
        break;
      case 'send': {
        const last = browser.tokens.at(-1);
        const stale = browser.tokens[0];
        const tokens = {
          last,
          lost: undefined,
          stale,
          swapped: other.tokens.at(-1),
          forged: last && `${last}x`,
        };
        await send(browser, tokens[what.token], what.answered);
      }
    }
  }
  for (const browser of browsers) await send(browser, browser.tokens.at(-1), true);
  return household;
}

async function expectOwners(site: TestSite, household: Household): Promise<void> {
  for (const user of USERS) {
    expect(shown(await personOf(site, user)), user).toEqual(shown(oracle(household.owned(user))));
  }
  for (const [anonymousId, user] of household.linked) {
    expect(await profileOf(site, anonymousId), anonymousId).toEqual(await personOf(site, user));
  }
  for (const message of household.owned(undefined)) {
    const { anonymousId = '' } = message;
    const owned = household.owned(undefined, anonymousId);
    expect(shown(await profileOf(site, anonymousId)), anonymousId).toEqual(shown(oracle(owned)));
  }
  expect(await storedEvents(site)).toEqual(household.messageIds);
}

describe('people who take turns on a device', () => {
  beforeAll(() => {
    vi.useFakeTimers({ toFake: ['Date'], now: NOW });
  });
  afterAll(() => {
    vi.useRealTimers();
  });
  const steps = fc.array(step, { minLength: 1, maxLength: 30, size: 'max' });

  it('each keep their own history, whatever became of answers and tokens, when the browser names its user', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (steps) => {
        const site = await makeSite();
        await expectOwners(site, await play(site, steps, 'always'));
      }),
      runs(15),
    );
  });

  it('each keep their own history when only the log-in names the user', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (steps) => {
        const site = await makeSite();
        await expectOwners(site, await play(site, steps, 'at log-in'));
      }),
      runs(15),
    );
  });
});
