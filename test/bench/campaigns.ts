import { randomUUID } from 'node:crypto';
import { liveCampaigns, liveSegments, withNewFact } from './live-campaigns.ts';
import { post } from './load.ts';
import { EVENTS, FILLING_CART, median, ORIGIN, percentile, shopping } from './shopper.ts';
import { workerdCpu } from './workerd-cpu.ts';

const CAMPAIGNS = 200;
const SEGMENTS = 10;
const VISITORS = 10;
const HELD = 200;
/** Events of the visitor for whom a fact is made from what is held. */
const LONG_PAST = 5_000;
/** Turns of each site; in each, every visitor sends so many batches. */
const ROUNDS = 12;
/** Until the code of every campaign has been optimised. */
const WARM_ROUNDS = 3;
const BATCHES_EACH = 6;
const CLAIMS_EACH = 3;
const CHANGES = 8;
const HOUR_MS = 3_600_000;

const SITES = { without: 'bench-plain', with: 'bench-campaigns' } as const;
type Subject = keyof typeof SITES;

/** What 200 live campaigns add to a batch, beside the same traffic on a site without any, turn by turn in one run. */
export async function campaigns(url: string): Promise<string> {
  const shop = new Shop(url);
  for (const subject of ['without', 'with'] as const) await shop.open(subject);
  const claims = await shop.claimAll();
  const taken = { without: new Turns(), with: new Turns() };
  for (let round = 0; round < WARM_ROUNDS + ROUNDS; round++) {
    for (const subject of ['without', 'with'] as const) {
      const turn = await shop.turn(subject);
      if (round >= WARM_ROUNDS) taken[subject].add(turn);
    }
  }
  process.stderr.write(' campaigns: measured');
  const changed = await shop.changes();
  process.stderr.write(' changed\n');

  const ms = (value: number) => value.toFixed(2);
  const row = (name: string, of: (turns: Turns) => number) => {
    const [without, with200] = [of(taken.without), of(taken.with)];
    return `| ${name} | ${ms(without)} | ${ms(with200)} | ${ms(with200 - without)} |`;
  };
  const cpu = workerdCpu() !== null;
  const added = taken.with.cpuPerBatch - taken.without.cpuPerBatch;
  return [
    `\n\nbatches of ${EVENTS} events one at a time, ${VISITORS} visitors with ${HELD} events each, ${taken.with.times.length} batches per site\n`,
    `| ms per batch | no campaigns | ${CAMPAIGNS} live campaigns, ${SEGMENTS} segments | added |`,
    '|---|---|---|---|',
    row('latency, median', ({ times }) => median(times)),
    row('latency, p95', ({ times }) => percentile(times, 95)),
    ...(cpu ? [row('CPU of workerd', ({ cpuPerBatch }) => cpuPerBatch)] : []),
    '',
    cpu
      ? `CPU added per batch with ${CAMPAIGNS} live campaigns: ${ms(added)} ms (aim ≤ 1)`
      : 'CPU is measured on Linux only.',
    `decisions in the answer to the batch that caused them: ${taken.with.armed} of ${taken.with.times.length} batches armed a popup, with a p95 of ${ms(percentile(taken.with.armedTimes, 95))} ms`,
    `claims: ${claims.length}, median ${ms(median(claims))} ms, p95 ${ms(percentile(claims, 95))} ms`,
    '',
    '| first batch after | ms, median | ms, longest |',
    '|---|---|---|',
    ...changed.map(([name, times]) => `| ${name} | ${ms(median(times))} | ${ms(Math.max(...times))} |`),
  ].join('\n');
}

interface Turn {
  times: number[];
  /** Of batches that armed a popup. */
  armedTimes: number[];
  cpuMs: number;
}

class Turns {
  readonly times: number[] = [];
  readonly armedTimes: number[] = [];
  #cpuMs = 0;

  add({ times, armedTimes, cpuMs }: Turn): void {
    this.times.push(...times);
    this.armedTimes.push(...armedTimes);
    this.#cpuMs += cpuMs;
  }

  get armed(): number {
    return this.armedTimes.length;
  }

  get cpuPerBatch(): number {
    return this.#cpuMs / this.times.length;
  }
}

class Shop {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  async open(subject: Subject): Promise<void> {
    await this.#settings(subject, 'Europe/Berlin');
    if (subject === 'with') {
      for (const segment of liveSegments(SEGMENTS)) await this.#publish('segments', segment);
      for (const campaign of liveCampaigns(CAMPAIGNS)) await this.#publish('campaigns', campaign);
    }
    for (const visitor of visitors()) await this.#live(subject, visitor, HELD);
  }

  /** Every visitor sends some batches. */
  async turn(subject: Subject): Promise<Turn> {
    const turn: Turn = { times: [], armedTimes: [], cpuMs: -(workerdCpu() ?? 0) };
    for (let batch = 0; batch < BATCHES_EACH; batch++) {
      for (const visitor of visitors()) {
        const { ms, messages } = await this.#batch(subject, visitor);
        turn.times.push(ms);
        if (messages.length > 0) turn.armedTimes.push(ms);
      }
    }
    turn.cpuMs += workerdCpu() ?? 0;
    return turn;
  }

  /** Each visitor is shown what arms, some times. @returns ms of each claim */
  async claimAll(): Promise<number[]> {
    const times: number[] = [];
    for (let claim = 0; claim < CLAIMS_EACH; claim++) {
      for (const visitor of visitors()) {
        const [armed] = (await this.#batch('with', visitor)).messages;
        if (!armed) throw new Error('Nothing was armed.');
        const body = { writeKey: SITES.with, anonymousId: visitor, claimId: randomUUID() };
        const started = performance.now();
        await this.#post(`/v1/messages/${armed.id}/claim`, JSON.stringify(body));
        times.push(performance.now() - started);
      }
    }
    return times;
  }

  /** The first batch after a change of what is published, and after one that makes everything be compiled anew. */
  async changes(): Promise<[string, number[]][]> {
    const known: number[] = [];
    const published: number[] = [];
    const backFilled: number[] = [];
    const compiled: number[] = [];
    const [visitor = ''] = visitors();
    await this.#live('with', 'long-past', LONG_PAST);
    for (let change = 0; change < CHANGES; change++) {
      await this.#batch('with', 'long-past');
      known.push((await this.#batch('with', 'long-past')).ms);
      await this.#publish('campaigns', withNewFact(`new-${change}`));
      published.push((await this.#batch('with', visitor)).ms);
      backFilled.push((await this.#batch('with', 'long-past')).ms);
    }
    for (const zone of ['Europe/Paris', 'Europe/Rome', 'Europe/Madrid', 'Europe/Vienna']) {
      await this.#settings('with', zone);
      compiled.push((await this.#batch('with', randomUUID())).ms);
    }
    return [
      [`nothing, ${LONG_PAST} events held`, known],
      [`a campaign with a new fact, ${HELD} events held: the program is loaded`, published],
      [`the same, program loaded, ${LONG_PAST} events held: the fact is made from them`, backFilled],
      [`all of ${CAMPAIGNS} campaigns: they are loaded and compiled, new visitor`, compiled],
    ];
  }

  /** A visitor with a past of several visits, who is known by a plan. */
  async #live(subject: Subject, visitor: string, events: number): Promise<void> {
    const visit = Math.min(100, HELD / 4);
    const visits = events / visit;
    const traits = { type: 'identify', traits: { plan: 'gold', name: 'Mira' } };
    for (let i = 0; i < visits; i++) {
      const at = Date.now() - (visits - i) * HOUR_MS;
      const timestamp = new Date(at).toISOString();
      const doing = Array.from({ length: visit }, (_, n) => FILLING_CART[n % FILLING_CART.length] ?? '');
      const identify = { ...traits, messageId: randomUUID(), anonymousId: visitor, timestamp };
      const more = i === 0 ? [identify] : [];
      await this.#send(shopping(visitor, { events: doing, at, more, writeKey: SITES[subject] }));
    }
  }

  async #batch(subject: Subject, visitor: string): Promise<{ ms: number; messages: { id: string }[] }> {
    const body = shopping(visitor, { events: FILLING_CART, writeKey: SITES[subject] });
    const started = performance.now();
    const answer = await this.#send(body);
    const ms = performance.now() - started;
    return { ms, messages: JSON.parse(answer).messages };
  }

  #send(body: string): Promise<string> {
    return this.#post('/v1/batch', body);
  }

  #post(path: string, body: string): Promise<string> {
    return post(this.#url + path, body, { Origin: ORIGIN });
  }

  #settings(subject: Subject, timeZone: string): Promise<void> {
    const id = SITES[subject];
    return this.#api('PUT', `/api/sites/${id}`, {
      name: id,
      origins: [ORIGIN],
      browserKey: id,
      serverKey: `${id}-server`,
      timeZone,
      holdout: { percent: 0 },
      popups: { minGapMs: 0, perSession: null, perDay: null },
    });
  }

  async #publish(kind: 'campaigns' | 'segments', draft: { id: string }): Promise<void> {
    const path = `/api/sites/${SITES.with}/${kind}/${draft.id}`;
    await this.#api('PUT', path, draft);
    await this.#api('POST', `${path}/publish`);
  }

  async #api(method: string, path: string, body?: object): Promise<void> {
    const answer = await fetch(this.#url + path, {
      method,
      headers: { Authorization: 'Bearer bench', 'Content-Type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    await answer.body?.cancel();
  }
}

function visitors(): string[] {
  return Array.from({ length: VISITORS }, (_, i) => `visitor-${i}`);
}
