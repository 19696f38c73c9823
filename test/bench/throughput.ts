import { load } from './load.ts';
import { EVENTS, FILLING_CART, median, ORIGIN, shopping } from './shopper.ts';

const VISITORS = 2_000;
const ROUNDS = 5;
const CONCURRENCY = 8;

const SUBJECTS = [
  ['JSON echo', '/floor/echo'],
  ['object, one row', '/floor/one-row'],
  ['same durable writes', '/floor/durable'],
  ['/v1/batch', '/v1/batch'],
] as const;

/** Batches per second, beside floors that do less, turn by turn in one run. */
export async function throughput(url: string): Promise<string> {
  const rates = new Map<string, number[]>(SUBJECTS.map(([name]) => [name, []]));
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, path] of SUBJECTS) {
      const rate = await load(url + path, bodies(round), { Origin: ORIGIN }, CONCURRENCY);
      // The first round warms up: it creates the objects.
      if (round > 0) rates.get(name)?.push(rate);
    }
    process.stderr.write(round === 0 ? 'throughput: warm' : ` ${round}/${ROUNDS}`);
  }
  const durable = median(rates.get('same durable writes') ?? []);
  const rows = [...rates].map(([name, all]) => {
    const range = `${Math.min(...all).toFixed(0)} … ${Math.max(...all).toFixed(0)}`;
    return `| ${name} | ${median(all).toFixed(0)} | ${range} | ${(median(all) / durable).toFixed(2)} |`;
  });
  return [
    `\n\n${VISITORS / ROUNDS} requests a round, ${EVENTS} events each, ${VISITORS} visitors, ${CONCURRENCY} at a time\n`,
    '| | batches/s (median) | min … max | against the same durable writes |',
    '|---|---|---|---|',
    ...rows,
  ].join('\n');
}

/** Each round visits another share of the visitors; the warm-up visits them all. */
function bodies(round: number): string[] {
  const share = VISITORS / ROUNDS;
  const first = round === 0 ? 0 : (round - 1) * share;
  const count = round === 0 ? VISITORS : share;
  return Array.from({ length: count }, (_, i) => shopping(`visitor-${first + i}`, { events: FILLING_CART }));
}
