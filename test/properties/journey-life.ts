import { vi } from 'vitest';
import type { Run } from '../../collector/src/campaigns/journey.ts';
import { programOf } from '../../collector/src/campaigns/program.ts';
import { type Campaign, type CampaignDraft, campaignDraft } from '../../collector/src/campaigns/schema.ts';
import type { DeliveryTask, Env } from '../../collector/src/env.ts';
import { compareMessages, type StoredMessage } from '../../collector/src/message.ts';
import type { Campaigning } from '../../collector/src/profile/campaigning.ts';
import type { Delivery, SendResult } from '../../collector/src/profile/deliveries.ts';
import { emptyHistory, extend, isNewer, refolded } from '../../collector/src/profile/history.ts';
import { catchUp, noteConversions } from '../../collector/src/profile/ledger.ts';
import { firstWake } from '../../collector/src/profile/lifetime.ts';
import { endpointOf } from '../../collector/src/profile/prepared.ts';
import type { Records } from '../../collector/src/profile/records.ts';
import { Sending } from '../../collector/src/profile/sending.ts';
import {
  addDecided,
  addExposures,
  emptyState,
  nextMoment,
  type State,
} from '../../collector/src/profile/state.ts';
import { addSubscriptions, removeSubscription } from '../../collector/src/profile/subscriptions.ts';
import { type Site, siteSettings } from '../../collector/src/sites.ts';

/** The nudge that shops live by: an hour after the cart was left, and again a day later, unless somebody has bought. */
export function cartJourney(change: object = {}): Campaign {
  const push = (id: string) => ({
    ...{ id, type: 'message', channel: 'push' },
    variants: [{ key: 'a', content: { en: { title: 'Your cart', url: '/cart' } } }],
  });
  const draft = campaignDraft.parse({
    ...{ id: 'cart', name: 'Cart', exits: [{ event: 'purchase' }] },
    entry: { on: 'fact', fact: 'cart.updatedAt' },
    steps: [
      { id: 'w1', type: 'wait', for: 'PT1H' },
      push('m1'),
      { id: 'w2', type: 'wait', for: 'P1D' },
      push('m2'),
    ],
    ...change,
  }) as CampaignDraft;
  return { ...draft, version: 1, status: 'live', createdAt: '2026-01-01T00:00:00.000Z' };
}

/** A site as its profiles know it. */
export function siteOf(campaigns: readonly Campaign[], settings: object = {}): Site {
  const parsed = siteSettings.parse({
    ...{ name: 'shop', origins: ['https://shop.example'], holdout: { percent: 0 } },
    ...settings,
  });
  return { id: 'shop', settings: parsed, program: programOf('shop', parsed, campaigns, []) };
}

/** What a push service answers; `null`: nothing. */
export type Answer = 201 | 410 | 429 | 503 | null;

/** A message as it was put on the wire. */
export interface Wired {
  by: Thing;
  delivery: Delivery;
  answer: Answer;
  at: number;
  /** Whether the one who sent it was told what came of it. */
  known: boolean;
}

/** Where what runs may stop, with all that is in memory. */
export type CrashPoint = 'intent' | 'wire' | 'outcome' | 'given';

/** What of a state no message holds, so that it has to be on disk. */
const WRITTEN = [
  'link',
  'journeys',
  'deliveries',
  'subscriptions',
  'exposures',
  'decisions',
  'heardAt',
  'retracted',
] as const;

/**
 * The object of a device or a person without its runtime: what it accepts and writes is on disk at once, and everything
 * else is gone when it crashes. What leaves it goes through the real {@link Sending}.
 */
export class Thing {
  readonly name: string;
  readonly sending: Sending;
  /** What it has accepted, in the order of arrival. */
  heard: StoredMessage[] = [];
  state: State = emptyState();
  alarmAt: number | null = null;
  readonly #site: Site;
  readonly #ids = new Set<string>();
  #disk = '{}';

  constructor(name: string, site: Site, env: Env) {
    this.name = name;
    this.#site = site;
    const campaigning: Pick<Campaigning, 'catchUp' | 'lastDevice'> = {
      catchUp: () => this.#catchUp(),
      lastDevice: () => this.heard.toSorted(compareMessages).at(-1)?.anonymousId ?? '',
    };
    const records = this as unknown as Records;
    this.sending = new Sending(records, campaigning as Campaigning, env, async () => {});
  }

  write(change: (state: State) => void): void {
    change(this.state);
    this.#disk = JSON.stringify(Object.fromEntries(WRITTEN.map((key) => [key, this.state[key]])));
  }

  wakeBy(at: number): void {
    if (this.alarmAt === null || this.alarmAt > at) this.alarmAt = at;
  }

  /** @returns when it was accepted, ms since the epoch */
  accept(messages: readonly StoredMessage[]): number {
    const at = nextMoment(this.state, Date.now());
    const fresh = messages.filter(({ messageId }) => !this.#ids.has(messageId));
    if (fresh.length === 0) return at;
    for (const { messageId } of fresh) this.#ids.add(messageId);
    this.heard.push(...fresh);
    const sorted = fresh.toSorted(compareMessages);
    if (isNewer(this.state.history, sorted)) extend(this.state.history, sorted, 'EUR');
    else this.state.history = refolded(emptyHistory(), this.heard, 'EUR');
    this.state.heardAt = at;
    this.wakeBy(firstWake(Date.now()));
    return at;
  }

  attach(from: Thing): void {
    this.accept(from.heard);
    this.write((state) => {
      addExposures(state, structuredClone(from.state.exposures));
      addDecided(state, structuredClone(from.state));
    });
  }

  /** Keeps nothing but where all that was here has gone. */
  end(link: State['link']): void {
    this.heard = [];
    this.#ids.clear();
    this.state = emptyState();
    this.write((state) => {
      state.link = link;
    });
  }

  crash(): void {
    this.state = { ...emptyState(), ...JSON.parse(this.#disk) };
    this.state.history = refolded(emptyHistory(), this.heard, 'EUR');
  }

  #catchUp(): void {
    const { ledger, exposures } = this.state;
    catchUp(ledger, this.#site.program, this.heard.length, (after, upTo) => this.heard.slice(after, upTo));
    noteConversions(ledger, this.#site.program, exposures);
  }
}

export const DEVICES = ['phone', 'laptop'] as const;
export type Device = (typeof DEVICES)[number];
/** Where they are. */
export const ZONES: Record<Device, string> = { phone: 'Europe/Berlin', laptop: 'America/New_York' };
const PERSON = 'u:shop:mira';
const nameOf = (device: Device) => `a:shop:${device}`;
const endpointFor = (device: Device) => `https://push.example/${device}`;

/** A shopper with two devices, a collector that may crash anywhere, and a push service that answers as it likes. */
export class Life {
  readonly wired: Wired[] = [];
  /** What the push service answers next; 201 when it is empty. */
  answers: Answer[] = [];
  /** Where it stops once. */
  crashes: CrashPoint[] = [];
  /** Happens while the next message is prepared. */
  meanwhile: (() => void)[] = [];
  /** Whether the next answer of the push service takes its time. */
  isSlow = false;
  readonly #site: Site;
  readonly #things = new Map<string, Thing>();
  readonly #tasks: DeliveryTask[] = [];
  readonly #outboxes: Record<Device, StoredMessage[]> = { phone: [], laptop: [] };
  readonly #unheard: (() => Promise<void>)[] = [];
  readonly #onWire: (wired: Wired) => void;
  readonly #env: Env;
  #said = 0;
  /** Of each kind of thing, the one that was put into a cart last. */
  readonly #newest: Record<string, string> = {};

  constructor(site: Site, now: number, onWire: (wired: Wired) => void) {
    this.#site = site;
    this.#onWire = onWire;
    vi.setSystemTime(now);
    this.#env = {
      DELIVERIES: { send: async (task: DeliveryTask) => void this.#tasks.push(task) },
      PROFILES: {
        getByName: (name: string) => ({
          concludeDelivery: async (...[id, result, endpoint]: Parameters<Sending['conclude']>) => {
            await this.thing(name).sending.conclude(id, result, endpoint);
            return null;
          },
        }),
      },
    } as unknown as Env;
    for (const device of DEVICES) {
      this.ownerOf(device).accept([this.say(device, 'page_view', null)]);
      this.subscribe(device);
    }
  }

  /** The object that hears what a device says. */
  ownerOf(device: Device): Thing {
    const { link } = this.thing(nameOf(device)).state;
    return this.thing(link?.phase === 'moved' ? link.person : nameOf(device));
  }

  /** Objects that speak for somebody. */
  get owners(): Thing[] {
    return [...new Set(DEVICES.map((device) => this.ownerOf(device)))];
  }

  thing(name: string): Thing {
    const known = this.#things.get(name) ?? new Thing(name, this.#site, this.#env);
    this.#things.set(name, known);
    return known;
  }

  subscribe(device: Device): void {
    const now = Date.now();
    const one = {
      ...{ endpoint: endpointFor(device), p256dh: '', auth: '', key: 'k' },
      ...{ anonymousId: device, at: now, seenAt: now },
    };
    this.ownerOf(device).write((state) => addSubscriptions(state, [one]));
  }

  /** Its visitor has blocked notifications. */
  unsubscribe(device: Device): void {
    const owner = this.ownerOf(device);
    owner.write((state) => removeSubscription(state, endpointFor(device), owner.name));
  }

  /** Something happens on a device; nobody hears of it before {@link send}. */
  say(device: Device, event: string, items: readonly string[] | null): StoredMessage {
    const order = this.#said++;
    // Nobody wants again the very thing that he has just bought: that would be an echo of the cart that was sold.
    const itemOf = (kind: string) => {
      if (event === 'cart_updated') this.#newest[kind] = `${kind}${order}`;
      return this.#newest[kind] ?? kind;
    };
    const message: StoredMessage = {
      ...{ type: 'track', event, anonymousId: device },
      messageId: `m${String(order).padStart(3, '0')}`,
      // No two things happen at the very same time.
      timestamp: new Date(Date.now() - 1_000 + order).toISOString(),
      context: { timezone: ZONES[device] },
      properties: {
        ...(items === null
          ? {}
          : { items: items.map((kind) => ({ item_id: itemOf(kind), price: 5, quantity: 1 })) }),
        ...(event === 'purchase' ? { transaction_id: `o${order}` } : {}),
      },
    };
    this.#outboxes[device].push(message);
    return message;
  }

  async send(device: Device, times = 1): Promise<void> {
    const messages = this.#outboxes[device];
    this.#outboxes[device] = [];
    for (let time = 0; time < times; time++) await this.ingest(device, messages);
  }

  async ingest(device: Device, messages: readonly StoredMessage[]): Promise<void> {
    if (messages.length === 0) return;
    while (this.#isMoving(device)) await this.#handOver(device);
    const owner = this.ownerOf(device);
    owner.sending.advance(this.#site, owner.accept(messages));
  }

  async logIn(device: Device): Promise<void> {
    const thing = this.thing(nameOf(device));
    if (thing.state.link !== null) return;
    const epoch = Date.now();
    thing.write((state) => {
      state.link = { person: PERSON, epoch, phase: 'moving', previous: null, before: [] };
    });
    thing.wakeBy(epoch);
    await this.#handOver(device);
  }

  /** Lets time pass: what was slow is answered by then, and alarms go off. */
  async pass(ms: number): Promise<void> {
    await this.#hear();
    vi.setSystemTime(Date.now() + ms);
    for (const thing of this.#things.values()) {
      if (thing.alarmAt !== null && thing.alarmAt <= Date.now()) await this.wake(thing);
    }
  }

  /** Lets alarms go off, each at its time, until none is left for so long. */
  async rest(ms: number): Promise<void> {
    await this.#hear();
    const until = Date.now() + ms;
    for (let alarms = 0; ; alarms++) {
      const next = [...this.#things.values()]
        .filter(({ alarmAt }) => alarmAt !== null && alarmAt <= until)
        .sort((a, b) => (a.alarmAt ?? 0) - (b.alarmAt ?? 0))[0];
      if (!next) break;
      if (alarms > 300) throw new Error(`${next.name} does not come to rest.`);
      vi.setSystemTime(Math.max(Date.now(), next.alarmAt ?? 0));
      await this.wake(next);
    }
    vi.setSystemTime(until);
  }

  /** The memory of an object is lost. */
  crash(device: Device): void {
    this.ownerOf(device).crash();
  }

  async wake(thing: Thing): Promise<void> {
    thing.alarmAt = null;
    const device = DEVICES.find((one) => nameOf(one) === thing.name);
    if (device) await this.#handOver(device);
    if (device && this.#isMoving(device)) return;
    const now = Date.now();
    thing.sending.advance(this.#site, now);
    await thing.sending.sendDue(this.#site);
    if (this.#crashesAt('intent', thing)) this.#tasks.length = 0;
    for (let task = this.#tasks.shift(); task; task = this.#tasks.shift()) await this.#deliver(thing, task);
    thing.sending.advance(this.#site, now);
  }

  async #deliver(thing: Thing, { id, tryAt }: DeliveryTask): Promise<void> {
    const preparing = thing.sending.take(this.#site, id, tryAt);
    // As queues may bring things twice.
    if (await thing.sending.take(this.#site, id, tryAt)) throw new Error('The same task is done twice.');
    for (const happen of this.meanwhile.splice(0)) happen();
    const prepared = await preparing;
    const delivery = thing.state.deliveries.find((one) => one.id === id);
    if (!prepared || !delivery || this.#crashesAt('wire', thing)) return;
    const answer = this.answers.length > 0 ? (this.answers.shift() as Answer) : 201;
    const wired: Wired = { by: thing, delivery, answer, at: Date.now(), known: false };
    this.#onWire(wired);
    this.wired.push(wired);
    if (this.#crashesAt('outcome', thing)) return;
    const conclude = async () => {
      wired.known = true;
      await thing.sending.conclude(id, resultOf(answer), endpointOf(prepared));
    };
    if (this.isSlow) this.#unheard.push(conclude);
    else await conclude();
    this.isSlow = false;
  }

  async #hear(): Promise<void> {
    for (const conclude of this.#unheard.splice(0)) await conclude();
  }

  async #handOver(device: Device): Promise<void> {
    const thing = this.thing(nameOf(device));
    const { link } = thing.state;
    if (link?.phase !== 'moving') return;
    const person = this.thing(link.person);
    person.attach(thing);
    person.sending.advance(this.#site, nextMoment(person.state, Date.now()));
    if (this.#crashesAt('given', thing)) return;
    thing.end({ ...link, phase: 'moved' });
  }

  #isMoving(device: Device): boolean {
    return this.thing(nameOf(device)).state.link?.phase === 'moving';
  }

  #crashesAt(point: CrashPoint, thing: Thing): boolean {
    const index = this.crashes.indexOf(point);
    if (index < 0) return false;
    this.crashes.splice(index, 1);
    thing.crash();
    // The platform runs an alarm again that did not come to its end.
    thing.wakeBy(Date.now() + 2_000);
    return true;
  }
}

function resultOf(answer: Answer): SendResult {
  const base = { status: answer, retryAfterMs: answer === 429 ? 90_000 : null, reason: null, answer: null };
  if (answer === 201) return { ...base, outcome: 'sent' };
  return { ...base, outcome: answer === 410 ? 'gone' : 'retry' };
}

/** A run of the journey that is known of somebody. */
export function runIn(thing: Thing): Run | undefined {
  return thing.state.journeys.cart;
}
