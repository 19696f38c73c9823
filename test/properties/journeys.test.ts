import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { StoredMessage } from '../../collector/src/message.ts';
import { factsToState } from '../../collector/src/profile/facts.ts';
import type { Site } from '../../collector/src/sites.ts';
import {
  type Answer,
  type CrashPoint,
  cartJourney,
  DEVICES,
  Life,
  runIn,
  siteOf,
  type Thing,
  type Wired,
  ZONES,
} from './journey-life.ts';
import { DEEP, runs } from './runs.ts';
import { cut, shuffled, sizes } from './shopping.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Summer ends in these days in Europe, and soon after in America. */
const START = Date.parse('2026-10-23T12:00:00Z');
/** What re-entry is by default. */
const REENTRY = 3 * DAY;

const device = fc.constantFrom(...DEVICES);
const item = fc.constantFrom('a', 'b');
const deed = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('fill' as const), device, item }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('empty' as const), device }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('buy' as const), device, item }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('look' as const), device }) },
);
const step = fc.oneof(
  {
    weight: 10,
    // Told at once, once more, or when the device is online again.
    arbitrary: fc.record({
      do: fc.constant('tell' as const),
      deed,
      times: fc.constantFrom(1, 1, 1, 2, 0),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('send' as const), device, times: fc.constant(1) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('log in' as const), device }) },
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      ms: fc.constantFrom(
        ...[0, MINUTE, 20 * MINUTE, 59 * MINUTE, HOUR, HOUR, 61 * MINUTE],
        ...[5 * HOUR, 12 * HOUR, DAY, DAY + HOUR, 40 * HOUR, 4 * DAY, -HOUR],
      ),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('crash' as const), device }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('crash at' as const),
      point: fc.constantFrom<CrashPoint>('intent', 'wire', 'outcome', 'given'),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('meanwhile' as const), deed }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('be slow' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('subscribe' as const), device }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('unsubscribe' as const), device }) },
);
const answer = fc.constantFrom<Answer[]>(201, 201, 201, 410, 429, 503, null);
const story = fc.record({
  isQuiet: fc.boolean(),
  isCapped: fc.boolean(),
  steps: fc.array(step, { minLength: 4, maxLength: 16, size: 'max' }),
  answers: fc.array(answer, { maxLength: 6, size: 'max' }),
});
type Story = typeof story extends fc.Arbitrary<infer T> ? T : never;
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
type Deed = typeof deed extends fc.Arbitrary<infer T> ? T : never;
interface Said {
  deed: Deed;
  after: number;
}

function say(life: Life, deed: Deed): StoredMessage {
  switch (deed.do) {
    case 'fill':
      return life.say(deed.device, 'cart_updated', [deed.item]);
    case 'empty':
      return life.say(deed.device, 'cart_updated', []);
    case 'buy':
      return life.say(deed.device, 'purchase', [deed.item]);
    case 'look':
      return life.say(deed.device, 'page_view', null);
  }
}

async function play(life: Life, step: Step): Promise<void> {
  switch (step.do) {
    case 'tell':
      say(life, step.deed);
      if (step.times > 0) await life.send(step.deed.device, step.times);
      return;
    case 'send':
      return life.send(step.device, step.times);
    case 'log in':
      return life.logIn(step.device);
    case 'wait':
      return life.pass(step.ms);
    case 'crash':
      return life.crash(step.device);
    case 'crash at':
      return void life.crashes.push(step.point);
    case 'meanwhile':
      return void life.meanwhile.push(() => {
        const message = say(life, step.deed);
        life.ownerOf(step.deed.device).accept([message]);
      });
    case 'be slow':
      life.isSlow = true;
      return;
    case 'subscribe':
      return life.subscribe(step.device);
    case 'unsubscribe':
      return life.unsubscribe(step.device);
  }
}

const timeOf = ({ timestamp }: StoredMessage) => Date.parse(timestamp);
const latest = (messages: readonly StoredMessage[], holds: (message: StoredMessage) => boolean) =>
  Math.max(Number.NEGATIVE_INFINITY, ...messages.filter(holds).map(timeOf));
const boughtAt = (thing: Thing) => latest(thing.heard, ({ event }) => event === 'purchase');
/** When the newest cart was left that has something in it. */
function leftAt({ heard }: Thing): number {
  const carts = DEVICES.map((device) => {
    const told = heard.filter(({ event, anonymousId }) => event === 'cart_updated' && anonymousId === device);
    const last = latest(told, () => true);
    const isFull = (message: StoredMessage) => JSON.stringify(message.properties?.items) !== '[]';
    return latest(told, (message) => timeOf(message) === last && isFull(message));
  });
  return Math.max(...carts);
}

const clocks = Object.fromEntries(
  Object.entries(ZONES).map(([device, timeZone]) => [
    device,
    new Intl.DateTimeFormat('en-CA', {
      ...{ timeZone, hourCycle: 'h23', dateStyle: 'short', timeStyle: 'short' },
    }),
  ]),
);
/** Once a nudge came twice: an older run of the laptop stood in the way of the phone's, and ended when both were one's. */
const HALF_OVER: Story = {
  ...{ isQuiet: false, isCapped: false, answers: [] },
  steps: [
    { do: 'tell', deed: { do: 'fill', device: 'laptop', item: 'a' }, times: 1 },
    { do: 'wait', ms: 4 * DAY },
    { do: 'tell', deed: { do: 'buy', device: 'phone', item: 'a' }, times: 1 },
    { do: 'tell', deed: { do: 'fill', device: 'phone', item: 'a' }, times: 1 },
    { do: 'wait', ms: HOUR },
    { do: 'log in', device: 'phone' },
    { do: 'log in', device: 'laptop' },
  ],
};
/** As the device's clock shows it. */
function shownOn(device: string, at: number): { day: string; hour: number } {
  const [day = '', time = ''] = clocks[device]?.format(at).split(', ') ?? [];
  return { day, hour: Number(time.slice(0, 2)) };
}

/** What must be so whenever a message is put on the wire. */
function expectRight(
  { by, delivery, at }: Wired,
  before: readonly Wired[],
  { isQuiet, isCapped }: { isQuiet: boolean; isCapped: boolean },
): void {
  const anonymousId = delivery.anonymousId ?? '';
  expect(boughtAt(by), 'a purchase was accepted').toBeLessThan(delivery.run ?? 0);
  expect(leftAt(by), 'a cart was left since').toBeGreaterThan(boughtAt(by));
  const { day, hour } = shownOn(anonymousId, at);
  if (isQuiet) expect(hour >= 9 && hour < 21, `${hour} h is no quiet hour`).toBe(true);
  expect(at, 'worth sending').toBeLessThan(delivery.until);

  const theirs = before.filter(
    (one) => one.by === by || by.heard.some(({ anonymousId: of }) => isOf(one, of)),
  );
  const done = theirs.filter((one) => one.answer === 201);
  const again = done.filter((one) => one.delivery.id === delivery.id);
  expect(
    again.filter(({ known }) => known),
    'said again, though it was known',
  ).toEqual([]);
  // What became of these is on record.
  const said = done.filter((one) => one.known && one.delivery.id !== delivery.id);
  const inRun = said.filter((one) => Math.abs((one.delivery.run ?? 0) - (delivery.run ?? 0)) < REENTRY);
  expect(
    inRun.filter((one) => one.delivery.step === delivery.step).map((one) => one.delivery.id),
    'one nudge per step and run',
  ).toEqual([]);
  if (!isCapped) return;
  const today = said.filter((one) => shownOn(anonymousId, one.at).day === day);
  expect(new Set(today.map((one) => one.delivery.id)).size, 'a day').toBe(0);
}

/** Whether it was sent by what has become this visitor's. */
function isOf({ by }: Wired, anonymousId: string | undefined): boolean {
  return by.name === `a:shop:${anonymousId}`;
}

/** What must be so when nothing goes on any more. */
function expectAccounted(thing: Thing, site: Site): void {
  const { deliveries } = thing.state;
  expect(
    deliveries.filter(({ status }) => status === 'due'),
    'on its way for ever',
  ).toEqual([]);
  const { facts } = factsToState(thing.name, thing.state, site, Date.now());
  for (const { id, status, reason } of deliveries) {
    if (status !== 'sent') expect(reason, `why it was not sent: ${status}`).toMatch(/^\w+$/);
    const told = facts.find(({ kind, key }) => kind === 'delivery' && key.endsWith(`/${id}`));
    expect(JSON.parse(told?.row ?? '{}'), 'what reports are told').toMatchObject({ status, reason });
  }
  const run = runIn(thing);
  if (leftAt(thing) <= boughtAt(thing)) return;
  expect(run, 'a cart was left, and nothing is known of it').toBeDefined();
  if (!run) return;
  expect(run.ended, 'the journey has come to its end').not.toBeNull();
  for (const { step, outcome, reason } of run.passed) {
    if (outcome !== 'sent') expect(reason, `why ${step} was ${outcome}`).toMatch(/^\w+$/);
    else
      expect(
        deliveries.map((one) => one.step),
        'what was to be sent',
      ).toContain(step);
  }
  if (run.ended?.reason === 'completed') {
    expect(
      run.passed.map(({ step }) => step),
      'every step',
    ).toEqual(['m1', 'm2']);
  }
}

describe('an abandoned cart', () => {
  beforeAll(() => {
    vi.useFakeTimers({ toFake: ['Date'], now: START });
    vi.spyOn(console, 'warn').mockImplementation(() => {});
  });
  afterAll(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  const sites = [false, true].map((isQuiet) =>
    [false, true].map((isCapped) =>
      siteOf([cartJourney({ ...(isQuiet ? {} : { quietHours: null }), ...(isCapped ? {} : { cap: null }) })]),
    ),
  );

  it('is nudged about at the right time, once, or not at all: and it is known why', async () => {
    const seed = Math.trunc(Math.random() * 2 ** 31);
    let sent = 0;
    const property = fc.asyncProperty(story, async ({ isQuiet, isCapped, steps, answers }) => {
      const site = sites[Number(isQuiet)]?.[Number(isCapped)] as Site;
      const life = new Life(site, START, (wired) => expectRight(wired, life.wired, { isQuiet, isCapped }));
      life.answers = [...answers];
      for (const step of steps) await play(life, step);
      Object.assign(life, { answers: [], crashes: [], meanwhile: [], isSlow: false });
      for (const device of DEVICES) await life.send(device);
      await life.rest(8 * DAY);
      sent += life.wired.length;
      for (const owner of life.owners) expectAccounted(owner, site);
    });
    await fc.assert(property, { ...runs(DEEP ? 2_600 : 800), seed, examples: [[HALF_OVER]] });
    console.log(`seed ${seed}: ${sent} messages on the wire`);
    expect(sent).toBeGreaterThan(100);
  });

  it('is nudged about at the same time, whatever order its messages arrive in', async () => {
    const deeds = fc.array(fc.record({ deed, after: fc.constantFrom(0, MINUTE, 10 * MINUTE) }), {
      ...{ minLength: 1, maxLength: 6, size: 'max' },
    });
    const arrivals = deeds.chain((deeds) =>
      fc.record({ deeds: fc.constant(deeds), order: shuffled(deeds.map((_, n) => n)), sizes }),
    );
    const site = siteOf([cartJourney({ quietHours: null, cap: null })]);
    let sent = 0;
    const said = async (batches: (said: StoredMessage[]) => StoredMessage[][], deeds: readonly Said[]) => {
      const life = new Life(site, START, () => {});
      // All of it is one person's.
      for (const device of DEVICES) await life.logIn(device);
      const messages: StoredMessage[] = [];
      for (const { deed, after } of deeds) {
        await life.pass(after);
        messages.push(say(life, deed));
      }
      for (const batch of batches(messages)) await life.ingest('phone', batch);
      await life.rest(4 * DAY);
      const [owner] = life.owners;
      return {
        wired: life.wired.map(({ at, delivery: { step, run, anonymousId } }) => [at, step, run, anonymousId]),
        run: owner && runIn(owner),
      };
    };
    const property = fc.asyncProperty(arrivals, async ({ deeds, order, sizes }) => {
      const inOrder = await said((all) => [all], deeds);
      const shuffledOnes = (all: StoredMessage[]) =>
        cut(
          order.flatMap((n) => all[n] ?? []),
          sizes,
        );
      expect(await said(shuffledOnes, deeds)).toEqual(inOrder);
      sent += inOrder.wired.length;
    });
    await fc.assert(property, runs(300));
    expect(sent).toBeGreaterThan(100);
  });
});
