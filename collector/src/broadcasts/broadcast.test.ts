import { evictDurableObject } from 'cloudflare:test';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  api,
  arrived,
  deviceObject,
  env,
  fromServer,
  identify,
  MINUTE,
  makeSite,
  personObject,
  sendBatch,
  standing,
  type TestSite,
  track,
} from '../../../test/support/workerd/collector.ts';
import { publish } from '../../../test/support/workerd/popups.ts';
import { alarm, pushService, subscribe } from '../../../test/support/workerd/push-service.ts';
import { Profile } from '../profile/profile.ts';
import type { ReceiveInput } from '../profile/rpc.ts';
import { Broadcast } from './broadcast.ts';
import { forgetBroadcast } from './known.ts';
import type { Turn } from './pace.ts';
import { runBroadcast } from './run.ts';
import type { BroadcastState } from './schema.ts';
import { startBroadcast } from './storage.ts';
import { countSubscribers } from './subscribers.ts';

const HOUR = 60 * MINUTE;
/** Noon in Vienna, on a Wednesday. So far ahead that no alarm goes off by itself. */
const NOON = Date.parse('2037-11-18T11:00:00Z');
const NEXT_MORNING = Date.parse('2037-11-19T08:00:00Z');
const EVENING = NOON + 11 * HOUR;

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});
const setTime = (time: number) => {
  vi.useFakeTimers({ toFake: ['Date'] });
  vi.setSystemTime(time);
};

const said = (title: string) => [{ key: 'a', content: { en: { title, url: '/sale' } } }];
const SALE = {
  id: 'sale',
  name: 'Sale',
  push: { variants: said('Sale, {{ visitor.traits.first_name | default: "dear" }}') },
  quietHours: null,
  ratePerSecond: 500,
};

interface Answered {
  state: BroadcastState;
  reason: string | null;
  rate: number | null;
  startedAt: string | null;
  problems: { message: string }[];
  counts: {
    subscribers: number;
    looked: number;
    passedOver: number;
    sent: number;
    waiting: number;
    clicked: number;
    skipped: Record<string, number>;
    failed: Record<string, number>;
    cancelled: Record<string, number>;
  };
}

async function asked(site: TestSite, method: string, path = '', body?: object): Promise<Answered> {
  const response = await api(method, `/api/sites/${site.id}/broadcasts${path}`, body);
  if (!response.ok) throw new Error(await response.text());
  return response.json();
}
async function make(site: TestSite, change: object = {}): Promise<Answered> {
  // In production the queue brings who has subscribed.
  await arrived();
  return asked(site, 'POST', '', { ...SALE, ...change });
}
const read = (site: TestSite, id = 'sale') => asked(site, 'GET', `/${id}`);

async function shop(settings: object = {}): Promise<TestSite> {
  return makeSite({ timeZone: 'Europe/Vienna', ...settings });
}

/** Browsers, and where each is reached. */
async function subscribers(site: TestSite, count: number): Promise<string[]> {
  const all: string[] = [];
  for (let i = 0; i < count; i++) all.push(await subscribed(site, `v${i}`));
  return all;
}

/** A push service that tells what this site has sent: objects of earlier tests wake up, too. */
function serviceOf(site: TestSite, ...answer: Parameters<typeof pushService>) {
  const { posted } = pushService(...answer);
  return { sent: () => posted.filter(({ endpoint }) => endpoints.get(endpoint) === site.id) };
}

/** Whose each is. */
const endpoints = new Map<string, string>();
async function subscribed(site: TestSite, anonymousId: string): Promise<string> {
  const endpoint = await subscribe(site, anonymousId);
  endpoints.set(endpoint, site.id);
  return endpoint;
}

/** Asks until an answer is what was hoped for. */
async function until(site: TestSite, holds: (answered: Answered) => boolean): Promise<Answered> {
  for (let polls = 0; polls < 1_500; polls++) {
    const answered = await read(site);
    if (holds(answered)) return answered;
    await scheduler.wait(10);
  }
  throw new Error(`It does not come to that: ${JSON.stringify(await read(site))}`);
}

const SMALL: Turn = { page: 2, people: 3, ms: 1_000_000 };

/** Starts a broadcast without its object, so that a test takes each turn by itself. */
async function started(
  site: TestSite,
  change: { segment?: string } = {},
): Promise<() => Promise<number | null>> {
  await make(site, change);
  const count = await countSubscribers(env.DB, site.id, change.segment ?? null);
  await startBroadcast(env.DB, site.id, 'sale', count, Date.now());
  const failed = new Map<string, number>();
  return () =>
    runBroadcast(env, site.id, 'sale', failed, SMALL, { now: () => Date.now(), wait: async () => {} });
}

/** All turns. */
async function through(turn: () => Promise<number | null>): Promise<void> {
  for (let turns = 0; turns < 100; turns++) {
    const next = await turn();
    if (next === null || next > Date.now() + HOUR) return;
  }
  throw new Error('It never ends.');
}

const alarms = async (site: TestSite, count: number) => {
  for (let i = 0; i < count; i++) await alarm(deviceObject(site, `v${i}`));
};

function addsUp({ counts }: Answered): void {
  const { looked, passedOver, sent, waiting, skipped, failed, cancelled } = counts;
  const reasons = [skipped, failed, cancelled].flatMap((by) => Object.values(by));
  expect(reasons.reduce((sum, count) => sum + count, passedOver + sent + waiting)).toBe(looked);
}

describe('a broadcast', () => {
  it('reaches everybody who takes push messages, once, by itself', async () => {
    const site = await shop();
    const service = serviceOf(site);
    const mine = await subscribers(site, 8);
    // A second browser of somebody; and a person with two devices.
    await sendBatch(site, [track('v0')]);
    await subscribed(site, 'v0');
    for (const device of ['phone', 'laptop']) {
      await sendBatch(site, [track(device), identify(device, 'mira')]);
      await subscribed(site, device);
    }
    await make(site);
    await asked(site, 'POST', '/sale/start');
    const done = await until(site, ({ state, counts }) => state === 'done' && counts.sent === 9);
    expect(done.counts).toMatchObject({ subscribers: 9, looked: 9, passedOver: 0, waiting: 0, clicked: 0 });
    expect(done.rate).toBeGreaterThan(0);
    addsUp(done);
    expect(service.sent()).toHaveLength(9);
    expect(mine.slice(1).every((one) => service.sent().some(({ endpoint }) => endpoint === one))).toBe(true);
    const [delivery] = await standing(site, 'delivery');
    expect(delivery).toMatchObject({ campaign: 'sale', version: 0, step: 'push', status: 'sent' });
    expect(await standing(site, 'exposure')).toHaveLength(9);
  });

  it('starts by itself when its time has come, also when its object was never told', async () => {
    const site = await shop();
    pushService();
    await subscribers(site, 1);
    setTime(NOON);
    await make(site, { at: '2037-11-18T12:30:00+01:00' });
    expect((await read(site)).state).toBe('planned');
    setTime(NOON + 30 * MINUTE);
    const clock = { now: () => Date.now(), wait: async () => {} };
    await runBroadcast(env, site.id, 'sale', new Map(), SMALL, clock);
    expect(await read(site)).toMatchObject({
      state: 'done',
      startedAt: '2037-11-18T11:30:00.000Z',
      counts: { subscribers: 1, looked: 1 },
    });
  });

  it('goes through its people in turns that end, each of them asked once', async () => {
    const site = await shop();
    pushService();
    await subscribers(site, 7);
    const receive = vi.spyOn(Profile.prototype, 'receive');
    const turn = await started(site);
    const looked: number[] = [];
    for (;;) {
      const next = await turn();
      looked.push((await read(site)).counts.looked);
      if (next === null || next > Date.now() + HOUR) break;
      expect(next).toBeLessThanOrEqual(Date.now());
    }
    expect(looked).toEqual([3, 6, 7]);
    expect(receive).toHaveBeenCalledTimes(7);
    expect((await read(site)).state).toBe('done');
  });

  it('goes on where it was when it is killed again and again, and nobody is sent it twice', async () => {
    const site = await shop();
    const service = serviceOf(site);
    await subscribers(site, 12);
    let calls = 0;
    const go = Broadcast.prototype.alarm;
    vi.spyOn(Broadcast.prototype, 'alarm').mockImplementation(function (this: Broadcast, ...args) {
      const object = this as unknown as { ctx: DurableObjectState; env: typeof env };
      const { PROFILES } = env;
      const getByName = (name: string) => ({
        receive: async (input: ReceiveInput) => {
          const answer = await PROFILES.getByName(name).receive(input);
          if (++calls === 5 || calls === 11) object.ctx.abort('injected: died');
          return answer;
        },
      });
      object.env = { ...env, PROFILES: { getByName } as unknown as typeof PROFILES };
      return go.apply(this, args);
    });
    await make(site, { ratePerSecond: 4 });
    await asked(site, 'POST', '/sale/start');
    const done = await until(site, ({ state, counts }) => state === 'done' && counts.sent === 12);
    expect(calls).toBeGreaterThan(12);
    expect(done.counts).toMatchObject({ subscribers: 12, looked: 12, waiting: 0 });
    addsUp(done);
    expect(new Set(service.sent().map(({ endpoint }) => endpoint)).size).toBe(12);
    expect(service.sent()).toHaveLength(12);
  });

  it('asks again, and counts once, those whose page was not written down', async () => {
    const site = await shop();
    const service = serviceOf(site);
    await subscribers(site, 5);
    const turn = await started(site);
    const database = Object.getPrototypeOf(env.DB) as D1Database;
    const { prepare } = database;
    const spy = vi.spyOn(database, 'prepare').mockImplementation(function (this: D1Database, sql) {
      if (sql.includes('SET cursor')) throw new Error('D1 is down');
      return prepare.call(this, sql);
    });
    await expect(turn()).rejects.toThrow('D1 is down');
    spy.mockRestore();
    for (let i = 0; i < 5; i++) await evictDurableObject(deviceObject(site, `v${i}`)).catch(() => {});
    await through(turn);
    await alarms(site, 5);
    const done = await until(site, ({ counts }) => counts.sent === 5);
    expect(done.counts).toMatchObject({ looked: 5, waiting: 0 });
    expect(service.sent()).toHaveLength(5);
  });

  it('passes over a profile that fails whatever is done, and reaches all others', async () => {
    const site = await shop();
    pushService();
    await subscribers(site, 5);
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    const receive = Profile.prototype.receive;
    vi.spyOn(Profile.prototype, 'receive').mockImplementation(function (this: Profile, ...args) {
      const { name } = (this as unknown as { ctx: DurableObjectState }).ctx.id;
      if (name?.endsWith(':v2')) return Promise.reject(new Error('broken'));
      return receive.apply(this, args);
    });
    await through(await started(site));
    const done = await until(site, ({ counts }) => counts.sent === 4);
    expect(done).toMatchObject({ state: 'done', counts: { looked: 5, failed: { unreached: 1 } } });
    addsUp(done);
  });

  it('waits, and loses nobody, while no profile answers', async () => {
    const site = await shop();
    pushService();
    await subscribers(site, 3);
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    const down = vi.spyOn(Profile.prototype, 'receive').mockRejectedValue(new Error('down'));
    const turn = await started(site);
    for (let i = 1; i < 6; i++) {
      const before = Date.now();
      expect(await turn()).toBeGreaterThanOrEqual(before + 1_000 * 2 ** (i - 1));
    }
    down.mockRestore();
    await through(turn);
    const done = await until(site, ({ counts }) => counts.sent === 3);
    expect(done.counts).toMatchObject({ looked: 3, failed: {} });
  });
});

describe('whom a broadcast reaches', () => {
  const VIP = {
    id: 'vip',
    name: 'VIP',
    audience: { rule: { '===': [{ var: 'visitor.traits.plan' }, 'gold'] } },
  };

  it('is the members of its segment, and says so when there is no segment any more', async () => {
    const site = await shop();
    const service = serviceOf(site);
    await publish(site, 'segments', VIP);
    const mine = await subscribers(site, 4);
    for (const anonymousId of ['v1', 'v3']) {
      await sendBatch(site, [{ ...identify(anonymousId, null, { plan: 'gold' }) }, track(anonymousId)]);
    }
    const turn = await started(site, { segment: 'vip' });
    expect((await read(site)).counts.subscribers).toBe(2);
    await api('POST', `/api/sites/${site.id}/segments/vip/end`);
    await turn();
    const stopped = await read(site);
    expect(stopped).toMatchObject({ state: 'paused', counts: { looked: 0 } });
    expect(stopped.reason).toContain('The segment "vip" is not live any more');
    const refused = await api('POST', `/api/sites/${site.id}/broadcasts/sale/resume`);
    expect(refused.status).toBe(409);
    await api('POST', `/api/sites/${site.id}/segments/vip/publish`);
    await asked(site, 'POST', '/sale/resume');
    const done = await until(site, ({ state, counts }) => state === 'done' && counts.sent === 2);
    expect(done).toMatchObject({ reason: null, counts: { looked: 2 } });
    expect(
      service
        .sent()
        .map(({ endpoint }) => endpoint)
        .sort(),
    ).toEqual([mine[1], mine[3]].sort());
  });

  it('is nobody who does not want it, and each reason is told', async () => {
    const site = await shop();
    const service = serviceOf(site);
    await subscribers(site, 3);
    await fromServer(site, [
      track('v0', 'consent_updated', { properties: { channel: 'push', state: 'withdrawn' } }),
    ]);
    await sendBatch(site, [track('v1', 'view_item', { context: { consent: { marketing: 'denied' } } })]);
    await through(await started(site));
    const done = await until(site, ({ counts }) => counts.waiting === 0);
    expect(service.sent().length).toBe(done.counts.sent);
    expect(done.counts.skipped).toMatchObject({ unsubscribed: 1 });
    addsUp(done);
    expect((await standing(site, 'delivery')).length).toBe(3);
  });

  it('is a person once, who was two devices when the first of them was asked', async () => {
    const site = await shop();
    const service = serviceOf(site);
    setTime(EVENING);
    for (const device of ['v0', 'v1']) {
      await sendBatch(site, [track(device)]);
      await subscribed(site, device);
    }
    await make(site, { quietHours: ['21:00', '09:00'], cap: null });
    await startBroadcast(env.DB, site.id, 'sale', 2, Date.now());
    const clock = { now: () => Date.now(), wait: async () => {} };
    await runBroadcast(env, site.id, 'sale', new Map(), SMALL, clock);
    expect((await read(site)).counts).toMatchObject({ looked: 2, waiting: 2 });
    for (const device of ['v0', 'v1']) await sendBatch(site, [identify(device, 'mira')]);
    setTime(NEXT_MORNING);
    forgetBroadcast(site.id, 'sale');
    const mira = await personObject(site, 'mira');
    await alarm(mira);
    await alarm(mira);
    expect(service.sent()).toHaveLength(1);
    const done = await read(site);
    expect(done.counts).toMatchObject({ sent: 1, cancelled: { repeated: 1 }, waiting: 0 });
    addsUp(done);
  });

  it('is the person whose device has moved to him, and not the device', async () => {
    const site = await shop();
    const service = serviceOf(site);
    await sendBatch(site, [track('v0')]);
    await subscribed(site, 'v0');
    const turn = await started(site);
    const { receive } = Profile.prototype;
    // He identifies between the moment at which he is found and that at which he is asked.
    vi.spyOn(Profile.prototype, 'receive').mockImplementation(async function (this: Profile, ...args) {
      const { name } = (this as unknown as { ctx: DurableObjectState }).ctx.id;
      if (name?.startsWith('a:')) await sendBatch(site, [identify('v0', 'mira')]);
      return receive.apply(this, args);
    });
    await through(turn);
    await alarm(await personObject(site, 'mira'));
    const done = await until(site, ({ counts }) => counts.sent === 1);
    expect(done.counts).toMatchObject({ looked: 2, passedOver: 1 });
    expect(service.sent()).toHaveLength(1);
  });
});

describe('what a broadcast keeps to', () => {
  it('is the night: what it has to say waits until morning', async () => {
    const site = await shop();
    const service = serviceOf(site);
    setTime(EVENING);
    await subscribers(site, 2);
    await make(site, { quietHours: ['21:00', '09:00'] });
    await startBroadcast(env.DB, site.id, 'sale', 2, Date.now());
    const clock = { now: () => Date.now(), wait: async () => {} };
    await runBroadcast(env, site.id, 'sale', new Map(), SMALL, clock);
    await alarms(site, 2);
    expect(service.sent()).toHaveLength(0);
    expect(await read(site)).toMatchObject({ state: 'done', counts: { waiting: 2, sent: 0 } });
    setTime(NEXT_MORNING);
    await alarms(site, 2);
    expect(service.sent()).toHaveLength(2);
    expect((await read(site)).counts).toMatchObject({ waiting: 0, sent: 2 });
    // It has taken the place of that day's push, not of the day before.
    await make(site, { id: 'second' });
    await startBroadcast(env.DB, site.id, 'second', 2, Date.now());
    await runBroadcast(env, site.id, 'second', new Map(), SMALL, clock);
    expect((await read(site, 'second')).counts.skipped).toEqual({ push_per_day: 2 });
  });

  it('is how long it is worth having: a short one is not held', async () => {
    const site = await shop();
    setTime(EVENING);
    await subscribers(site, 1);
    await make(site, { quietHours: ['21:00', '09:00'], ttl: 'PT2H' });
    await startBroadcast(env.DB, site.id, 'sale', 1, Date.now());
    const clock = { now: () => Date.now(), wait: async () => {} };
    await runBroadcast(env, site.id, 'sale', new Map(), SMALL, clock);
    expect((await read(site)).counts.skipped).toEqual({ quiet_hours: 1 });
  });

  it("is the site's limit of push messages, unless it is told not to", async () => {
    const site = await shop({ push: { perDay: 1 } });
    const service = serviceOf(site);
    await subscribers(site, 2);
    for (const [id, change] of [
      ['first', {}],
      ['second', {}],
      ['third', { cap: null }],
    ] as const) {
      await make(site, { id, ...change });
      await startBroadcast(env.DB, site.id, id, 2, Date.now());
      const clock = { now: () => Date.now(), wait: async () => {} };
      await runBroadcast(env, site.id, id, new Map(), SMALL, clock);
      await alarms(site, 2);
    }
    expect((await read(site, 'second')).counts.skipped).toEqual({ push_per_day: 2 });
    expect(service.sent()).toHaveLength(4);
  });

  it('is a pause: what waits, waits on; and an end: what waits, is dropped', async () => {
    const site = await shop();
    const service = serviceOf(site);
    setTime(EVENING);
    await subscribers(site, 5);
    await make(site, { quietHours: ['21:00', '09:00'] });
    await startBroadcast(env.DB, site.id, 'sale', 5, Date.now());
    const clock = { now: () => Date.now(), wait: async () => {} };
    const turn = () => runBroadcast(env, site.id, 'sale', new Map(), SMALL, clock);
    await turn();
    expect((await asked(site, 'POST', '/sale/pause')).state).toBe('paused');
    expect(await turn()).toBeNull();
    setTime(NEXT_MORNING);
    await alarms(site, 5);
    expect(service.sent()).toHaveLength(0);
    expect((await read(site)).counts).toMatchObject({ looked: 3, waiting: 3 });
    expect((await asked(site, 'POST', '/sale/cancel')).state).toBe('cancelled');
    vi.setSystemTime(Date.now() + 6 * MINUTE);
    await alarms(site, 5);
    expect(service.sent()).toHaveLength(0);
    const end = await read(site);
    expect(end.counts).toMatchObject({ looked: 3, waiting: 0, cancelled: { status: 3 } });
    addsUp(end);
    expect((await api('POST', `/api/sites/${site.id}/broadcasts/sale/start`)).status).toBe(409);
  });
});

describe('what is no broadcast', () => {
  it('is refused with a sentence that says what to write', async () => {
    const site = await shop();
    await publish(site, 'campaigns', {
      id: 'taken',
      name: 'Taken',
      steps: [{ id: 'm', type: 'message', channel: 'push', variants: said('Hi') }],
    } as { id: string });
    const answers = async (change: object) => {
      const response = await api('POST', `/api/sites/${site.id}/broadcasts`, { ...SALE, ...change });
      const { error } = (await response.json()) as { error?: { message: string } };
      return [response.status, error?.message];
    };
    const saying = (content: object) => ({ push: { variants: [{ key: 'a', content: { en: content } }] } });
    expect(await answers({ segment: 'vip' })).toEqual([
      422,
      '"/segment": There is no published segment "vip".',
    ]);
    expect(await answers({ at: '2001-01-01T00:00:00Z' })).toEqual([
      422,
      '"/at": 2001-01-01T00:00:00Z is over. Leave it out, and start the broadcast when it is there.',
    ]);
    expect(await answers(saying({ title: '{{ vistor.id }}', url: '/' }))).toEqual([
      422,
      expect.stringMatching(/^"\/push\/variants\/0\/content\/en\/title": There is nothing called "vistor"/),
    ]);
    expect(await answers(saying({ title: 'Hi', url: 'javascript:alert(1)' }))).toEqual([
      422,
      expect.stringContaining('"/push/variants/0/content/en/url": A click leads nowhere'),
    ]);
    expect(await answers({ push: { variants: said('Hi'), fallbackLocale: 'de' } })).toEqual([
      422,
      '"/push/fallbackLocale": No variant has a text in "de", which all others should get.',
    ]);
    expect(await answers({ ttl: 'P30D' })).toEqual([400, '"ttl": must be PT1M to P7D.']);
    expect((await answers({ ratePerSecond: 0 }))[0]).toBe(400);
    expect((await answers({ wait: 'PT1H' }))[0]).toBe(400);
    expect(await answers({ id: 'taken' })).toEqual([
      409,
      'There is a campaign with the id "taken". Call the broadcast otherwise.',
    ]);
    expect(await answers({})).toEqual([201, undefined]);
    expect((await answers({}))[0]).toBe(409);
  });

  it('is a change of one that runs: what some have got, all get', async () => {
    const site = await shop();
    await make(site);
    await asked(site, 'PUT', '/sale', { ...SALE, name: 'Big sale' });
    await asked(site, 'POST', '/sale/start');
    const response = await api('PUT', `/api/sites/${site.id}/broadcasts/sale`, SALE);
    expect([response.status, await response.text()]).toEqual([
      409,
      expect.stringContaining('This broadcast has been started'),
    ]);
    expect(await until(site, ({ state }) => state === 'done')).toMatchObject({
      name: 'Big sale',
      counts: { subscribers: 0, looked: 0 },
    });
    const again = await api('POST', `/api/sites/${site.id}/broadcasts/sale/resume`);
    expect(await again.text()).toContain('This broadcast is done: everybody has been asked.');
  });

  it('is one of a site whose keys are lost', async () => {
    const site = await shop();
    await make(site);
    await env.DB.prepare('DELETE FROM push_keys WHERE site = ?').bind(site.id).run();
    const response = await api('POST', `/api/sites/${site.id}/broadcasts/sale/start`);
    expect([response.status, await response.text()]).toEqual([409, expect.stringContaining('no push keys')]);
  });
});

describe('a broadcast and its push service', () => {
  it('stops, and says why, when the keys are refused', async () => {
    const site = await shop();
    pushService(() => new Response('wrong key', { status: 403 }));
    await subscribers(site, 8);
    const turn = await started(site);
    for (const refused of [3, 6]) {
      await turn();
      await until(site, ({ counts }) => counts.failed['wrong key'] === refused);
    }
    await turn();
    const stopped = await read(site);
    expect(stopped.state).toBe('paused');
    expect(stopped.reason).toContain('answered 403 (wrong key)');
    expect(stopped.counts.looked).toBeLessThan(8);
    expect(stopped.counts.failed).toEqual({ 'wrong key': stopped.counts.looked });
    expect((await api('POST', `/api/sites/${site.id}/broadcasts/sale/resume`)).status).toBe(409);
  });

  it('goes on when it is down, and each message is tried again', async () => {
    const site = await shop();
    let isDown = true;
    const service = serviceOf(site, () => new Response(null, { status: isDown ? 503 : 201 }));
    setTime(NOON);
    await subscribers(site, 4);
    const turn = await started(site);
    await turn();
    await turn();
    await alarms(site, 4);
    expect(await read(site)).toMatchObject({ state: 'done', counts: { looked: 4, waiting: 4, sent: 0 } });
    isDown = false;
    setTime(NOON + HOUR);
    await alarms(site, 4);
    expect((await read(site)).counts).toMatchObject({ waiting: 0, sent: 4 });
    expect(service.sent()).toHaveLength(8);
  });

  it('counts who has clicked', async () => {
    const site = await shop();
    pushService();
    await sendBatch(site, [track('v0')]);
    await subscribers(site, 2);
    await through(await started(site));
    await until(site, ({ counts }) => counts.sent === 2);
    const ids = (await standing(site, 'delivery')).map(({ id, anonymousId }) => ({ id, anonymousId }));
    const { id } = ids.find(({ anonymousId }) => anonymousId === 'v0') ?? {};
    const click = track('v0', 'push_clicked', {
      messageId: `${id}/clicked`,
      properties: { delivery_id: id, campaign: 'sale@0', variant: 'a', step: 'push' },
    });
    await sendBatch(site, [click]);
    await sendBatch(site, [click]);
    expect((await until(site, ({ counts }) => counts.clicked > 0)).counts).toMatchObject({
      clicked: 1,
      sent: 2,
    });
  });
});
