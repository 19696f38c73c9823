import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StoredMessage } from '../../collector/src/message.ts';
import { deviceName, personName } from '../../collector/src/profile/profile-name.ts';
import type { State } from '../../collector/src/profile/state.ts';
import {
  env,
  makeSite,
  personOf,
  post,
  profileOf,
  storedEvents,
  type TestSite,
} from '../support/workerd/collector.ts';
import { type Faults, failFrom, KILL_POINTS } from './faults.ts';
import { oracle } from './oracle.ts';
import { DEEP, runs } from './runs.ts';
import { deed, NOW } from './shopping.ts';
import { shown } from './shown.ts';

/** So few would mean that the kill points have moved. */
const ENOUGH_FAULTS = DEEP ? 300 : 60;

const DEVICES = ['phone', 'laptop', 'tablet'] as const;
const USERS = ['mira', 'noor'] as const;
type Device = (typeof DEVICES)[number];
type User = (typeof USERS)[number];

const who = fc.constantFrom(...DEVICES, ...DEVICES, ...USERS);
const step = fc.record({
  who,
  what: fc.oneof(
    { weight: 6, arbitrary: deed.map((deed) => ({ do: 'shop' as const, deed })) },
    { weight: 3, arbitrary: fc.constant({ do: 'log in' as const }) },
    { weight: 6, arbitrary: fc.record({ do: fc.constant('send' as const), token: fc.boolean() }) },
    { weight: 1, arbitrary: fc.constant({ do: 'evict' as const }) },
    { weight: 3, arbitrary: fc.constant({ do: 'wake' as const }) },
  ),
});
const turns = fc.constantFrom<User[]>([], ['mira'], ['noor'], ['mira', 'noor'], ['noor', 'mira']);
const story = fc.record({
  /** Who takes turns on each device, if anybody logs in there. */
  users: fc.record({ phone: turns, laptop: turns, tablet: turns }),
  steps: fc.array(step, { minLength: 10, maxLength: 40, size: 'max' }),
  /** Who comes back at the end; the others stay away, whatever became of what they sent last. */
  returning: fc.subarray([...DEVICES, ...USERS]),
  faults: fc.array(
    fc.record({
      at: fc.oneof(fc.constant('any' as const), fc.constantFrom(...KILL_POINTS)),
      after: fc.integer({ min: 0, max: 3 }),
      times: fc.constantFrom(1, 1, 2, 4),
      what: fc.constantFrom('fail' as const, 'die' as const),
    }),
    { minLength: 4, maxLength: 20, size: 'max' },
  ),
});
type Story = typeof story extends fc.Arbitrary<infer T> ? T : never;

/** A browser, or the shop's server that reports of one user; it sends again what was not answered, as the SDK does. */
interface Client {
  outbox: StoredMessage[];
  userId: User | undefined;
  /** Never comes back: what is not stored yet is not sent again. */
  left: boolean;
  token: string | null;
}

class Shop {
  readonly said: StoredMessage[] = [];
  readonly answered = new Set<string>();
  readonly #site: TestSite;
  readonly #users: Story['users'];
  readonly #clients = new Map<Device | User, Client>();

  constructor(site: TestSite, users: Story['users']) {
    this.#site = site;
    this.#users = users;
    for (const who of [...DEVICES, ...USERS]) {
      this.#clients.set(who, { outbox: [], userId: isUser(who) ? who : undefined, left: false, token: null });
    }
  }

  async play({ who, what }: Story['steps'][number]): Promise<void> {
    const client = this.#client(who);
    switch (what.do) {
      case 'shop': {
        const { at, name, properties } = what.deed;
        return this.#say(who, { type: 'track', event: name, properties }, at);
      }
      case 'log in':
        if (!this.#logIn(client, isUser(who) ? [who] : this.#users[who])) return;
        return this.#say(who, { type: 'identify', traits: { visits: this.said.length } }, NOW - 60_000);
      case 'send':
        return void (await this.#send(client, what.token));
      case 'evict':
        return void (await evictDurableObject(await this.object(who)).catch(() => {}));
      case 'wake':
        return void (await this.#wake(who));
    }
  }

  /** Whoever returns sends the rest; then nothing but alarms goes on. */
  async end(returning: Story['returning'], faults: Faults): Promise<void> {
    for (const [who, client] of this.#clients) {
      if (!returning.includes(who)) client.left = true;
      for (let tries = 0; !(await this.#send(client, true)); tries++) {
        if (tries > 100) throw new Error('A browser does not get rid of its messages.');
      }
    }
    for (let round = 0; round < 3; round++) await this.#wakeAll();
    faults.plan = [];
    for (let round = 0; round < 8; round++) if (!(await this.#wakeAll())) return;
  }

  /** Who logged in last on the device; unknown where the browser did not come to say so. */
  userOn(device: Device): User | undefined {
    const { left, userId } = this.#client(device);
    return left ? undefined : userId;
  }

  async object(who: Device | User) {
    const { id } = this.#site;
    return env.PROFILES.getByName(
      isUser(who) ? await personName(id, who, env.SIGNING_KEY) : deviceName(id, who),
    );
  }

  #client(who: Device | User): Client {
    return this.#clients.get(who) as Client;
  }

  /** The next of these users; nobody where nobody logs in. */
  #logIn(client: Client, users: readonly User[]): boolean {
    const turn = client.userId ? users.indexOf(client.userId) + 1 : 0;
    client.userId = users[turn % users.length];
    return true;
  }

  #say(who: Device | User, message: Omit<StoredMessage, 'messageId' | 'timestamp'>, at: number): void {
    const client = this.#client(who);
    const { userId } = client;
    const said: StoredMessage = {
      ...message,
      messageId: `m${String(this.said.length).padStart(3, '0')}`,
      timestamp: new Date(at).toISOString(),
      ...(isUser(who) ? {} : { anonymousId: who }),
      ...(userId ? { userId } : {}),
    };
    client.outbox.push(said);
    this.said.push(said);
  }

  /** Whether nothing is left to be sent. */
  async #send(client: Client, withToken: boolean): Promise<boolean> {
    const { outbox, left, token } = client;
    if (left || outbox.length === 0) return true;
    const { serverKey } = this.#site;
    const body = { writeKey: serverKey, batch: outbox, ...(withToken && token ? { token } : {}) };
    const response = await post(this.#site, '/v1/batch', body);
    if (response.status !== 200) {
      expect([response.status, response.headers.get('Retry-After')]).toEqual([503, '5']);
      return false;
    }
    const answer = (await response.json()) as { visitor: { token: string | null } };
    client.token = answer.visitor.token;
    client.outbox = [];
    for (const { messageId } of outbox) this.answered.add(messageId);
    return true;
  }

  async #wakeAll(): Promise<boolean> {
    let woke = false;
    for (const who of [...DEVICES, ...USERS]) woke = (await this.#wake(who)) || woke;
    return woke;
  }

  /** Its alarm goes off, if one is set. */
  async #wake(who: Device | User): Promise<boolean> {
    try {
      return await runDurableObjectAlarm(await this.object(who));
    } catch {
      // The platform runs an alarm again that did not come to its end; the test's own call does not.
      await runInDurableObject(await this.object(who), (_, { storage }) => storage.setAlarm(NOW + 60_000));
      return true;
    }
  }
}

const isUser = (who: Device | User): who is User => USERS.some((user) => user === who);

/** The ids of the messages that an object holds, and whether it is still giving them away. */
async function insideOf(
  object: Awaited<ReturnType<Shop['object']>>,
): Promise<{ held: string[]; moving: boolean }> {
  const rows = await runInDurableObject(object, (_, { storage: { sql } }) => {
    const tables = sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'profile'").toArray();
    return tables.length === 0
      ? []
      : sql.exec<{ k: string; v: string }>('SELECT k, v FROM profile').toArray();
  });
  const chunks = rows.filter(({ k }) => k.startsWith('chunk:'));
  const state = rows.find(({ k }) => k === 'state');
  return {
    held: chunks.flatMap(({ v }) => (JSON.parse(v) as StoredMessage[]).map(({ messageId }) => messageId)),
    moving: state !== undefined && (JSON.parse(state.v) as State).link?.phase === 'moving',
  };
}

async function expectTruth(site: TestSite, shop: Shop, users: Story['users']): Promise<void> {
  const stored = await storedEvents(site);
  expect(stored, 'stored once').toEqual([...new Set(stored)]);
  expect(stored, 'what was answered is stored').toEqual(expect.arrayContaining([...shop.answered]));

  const heard = shop.said.filter(({ messageId }) => stored.includes(messageId));
  expect(stored, 'nothing else is stored').toHaveLength(heard.length);
  const objects = await Promise.all(
    [...DEVICES, ...USERS].map(async (who) => insideOf(await shop.object(who))),
  );
  expect(objects.flatMap(({ held }) => held).sort(), 'held by one object').toEqual(stored);
  expect(
    objects.some(({ moving }) => moving),
    'halfway from a device to its person',
  ).toBe(false);

  const of = (who: Device) => heard.filter(({ anonymousId }) => anonymousId === who);
  const persons = new Map<User, unknown>();
  // A log-in that was interrupted, and never repeated, may have come to effect or not.
  const linked = DEVICES.filter(
    (device, i) =>
      of(device).some(({ userId }) => userId) || (of(device).length > 0 && objects[i]?.held.length === 0),
  );
  for (const user of USERS) {
    const before = linked.filter((device) => users[device][0] === user).flatMap(of);
    const own = heard.filter((message) => (message.userId ?? (before.includes(message) && user)) === user);
    persons.set(user, await personOf(site, user));
    expect(shown(await personOf(site, user)), user).toEqual(shown(oracle(own)));
  }
  for (const device of DEVICES) {
    if (of(device).length === 0) continue;
    const profile = await profileOf(site, device);
    const user = shop.userOn(device);
    if (!linked.includes(device)) expect(shown(profile), device).toEqual(shown(oracle(of(device))));
    else if (user) expect(profile, device).toEqual(persons.get(user));
    else expect([...persons.values()], device).toContainEqual(profile);
  }
}

describe('a shop whose collector keeps failing', () => {
  const faults = failFrom(NOW);

  it('loses nothing and counts nothing twice, also of visitors who never return', async () => {
    const seed = Math.trunc(Math.random() * 2 ** 31);
    const property = fc.asyncProperty(story, async ({ users, steps, returning, faults: plan }) => {
      const site = await makeSite();
      const shop = new Shop(site, users);
      faults.plan = plan.map((fault) => ({ ...fault }));
      for (const step of steps) await shop.play(step);
      await shop.end(returning, faults);
      await expectTruth(site, shop, users);
    });
    await fc.assert(property, { ...runs(DEEP ? 6 : 40), seed });
    console.log(`seed ${seed}: ${faults.count} faults`);
    expect(faults.count).toBeGreaterThanOrEqual(ENOUGH_FAULTS);
  });
});
