import { load } from './load.ts';
import { FILLING_CART, median, ORIGIN, shopping } from './shopper.ts';

const EVENTS_HELD = { young: 200, old: 20_000 };
const PROFILES = 2;
const ROUNDS = 60;
const BATCH = 100;
const HOUR_MS = 3_600_000;
/** How late a late event is: two devices at once, a tab that was offline. */
const LATE_MS = 10_000;

/** What a batch costs in a profile with a long past, against one with a short past: awake, just woken, and late. */
export async function growth(url: string): Promise<string> {
  const send = (body: string) => load(`${url}/v1/batch`, [body], { Origin: ORIGIN }, 1);
  const visitors = Object.keys(EVENTS_HELD).flatMap((age) =>
    Array.from({ length: PROFILES }, (_, i) => `${age}-${i}`),
  );
  for (const visitor of visitors) {
    const held = EVENTS_HELD[visitor.startsWith('old') ? 'old' : 'young'];
    const visits = held / BATCH;
    for (let visit = 0; visit < visits; visit++) {
      const events = Array.from({ length: BATCH }, (_, i) => FILLING_CART[i % FILLING_CART.length] ?? '');
      await send(shopping(visitor, { events, at: Date.now() - (visits - visit) * HOUR_MS }));
    }
    process.stderr.write(` ${visitor}`);
  }
  const sleep = async (visitor: string) => {
    await (await fetch(`${url}/floor/sleep?visitor=${visitor}`)).text();
  };
  const subjects = [
    ['awake', async () => {}, 0],
    ['just woken', sleep, 0],
    ['late by 10 s', async () => {}, LATE_MS],
  ] as const;
  const rows: string[] = [];
  for (const [name, before, late] of subjects) {
    const times = new Map<string, number[]>(Object.keys(EVENTS_HELD).map((age) => [age, []]));
    for (let round = 0; round < ROUNDS; round++) {
      for (const visitor of visitors) {
        await before(visitor);
        const rate = await send(shopping(visitor, { events: FILLING_CART, at: Date.now() - late }));
        times.get(visitor.split('-')[0] ?? '')?.push(1_000 / rate);
      }
    }
    const [young, old] = [median(times.get('young') ?? []), median(times.get('old') ?? [])];
    rows.push(`| ${name} | ${young.toFixed(2)} | ${old.toFixed(2)} | ${(old / young).toFixed(2)} |`);
  }
  return [
    `\n\na batch of ${FILLING_CART.length} events, one at a time, median of ${ROUNDS * PROFILES}\n`,
    `| the object is | ${EVENTS_HELD.young} events held, ms | ${EVENTS_HELD.old} events held, ms | ratio |`,
    '|---|---|---|---|',
    ...rows,
  ].join('\n');
}
