import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { ensureBrowsers } from '../../support/browsers.ts';
import { startBench } from './browser.ts';
import { type Calls, calls, type Load, load, median, type Outage, outage } from './measures.ts';
import { prepareSubjects, type Subject } from './subjects.ts';
import { tour } from './tour.ts';

/** `npm run bench:sdk`: our SDK beside others, all on this machine, in one browser and one run. */
const LOADS = 7;
const CALL_RUNS = 3;
/** After this it ends, whatever hangs. */
const LIMIT_MS = 8 * 60_000;

setTimeout(() => {
  console.error(`The bench did not end within ${LIMIT_MS / 60_000} minutes.`);
  process.exit(1);
}, LIMIT_MS).unref();

ensureBrowsers();
const subjects = await prepareSubjects();
const bench = await startBench();

/** Turn by turn, so that whatever else the machine does falls on all of them. */
async function rounds<T>(
  count: number,
  what: string,
  measure: (subject: Subject) => Promise<T>,
): Promise<T[][]> {
  const results: T[][] = subjects.map(() => []);
  for (let round = 1; round <= count; round++) {
    process.stderr.write(`${what} ${round}/${count}\n`);
    for (const [index, subject] of subjects.entries()) results[index]?.push(await measure(subject));
  }
  return results;
}
const sideBySide = (kind: 500 | 429 | 'offline') =>
  Promise.all(subjects.map((subject) => outage(bench, subject, kind)));

const loads: Load[][] = await rounds(LOADS, 'load', (subject) => load(bench, subject));
const called: Calls[][] = await rounds(CALL_RUNS, 'calls', (subject) => calls(bench, subject));
process.stderr.write('outages\n');
const [errors, busy, offline]: Outage[][] = await Promise.all([
  sideBySide(500),
  sideBySide(429),
  sideBySide('offline'),
]);
await bench.close();
process.stderr.write('tour of the demo shop\n');
const shop = await tour();

type Value = number | null;
const row = (what: string, values: (Value | undefined)[], digits = 0) => {
  const ours = values[0];
  const cells = values.map((value, index) => {
    if (value === null || value === undefined) return 'never';
    const figure = value.toLocaleString('en', { maximumFractionDigits: digits });
    return index && ours ? `${figure} (${ratio(value / ours)}×)` : figure;
  });
  console.log(`| ${what} | ${cells.join(' | ')} |`);
};
const ratio = (value: number) => (value < 10 ? value.toFixed(1) : value.toFixed(0));
const each = <T>(results: T[][], value: (result: T) => number) =>
  results.map((runs) => median(runs.map(value)));
const seconds = (outages: Outage[] | undefined) =>
  outages?.map(({ recoveryMs }) => recoveryMs && recoveryMs / 1_000) ?? [];
const bytes = (size: (code: Buffer) => number) => subjects.map(({ firstLoad }) => size(firstLoad));
const brotli = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };

console.log(`| | ${subjects.map(({ name }) => name).join(' | ')} |`);
console.log(`|---|${'---:|'.repeat(subjects.length)}`);
console.log(`| Queue that outlives the page | ${subjects.map(({ queue }) => queue).join(' | ')} |`);
row(
  'Loaded first, bytes',
  bytes((code) => code.length),
);
row(
  '… gzip -9',
  bytes((code) => gzipSync(code, { level: 9 }).length),
);
row(
  '… brotli 11',
  bytes((code) => brotliCompressSync(code, brotli).length),
);
row(
  'Evaluate + init, CPU 4× slower, ms',
  each(loads, ({ startMs }) => startMs),
  1,
);
row(
  `… fastest of ${LOADS} visits`,
  loads.map((visits) => Math.min(...visits.map(({ startMs }) => startMs))),
  1,
);
row(
  '… longest task above 50 ms',
  each(loads, ({ longestTaskMs }) => longestTaskMs),
);
row(
  'One call, p50, µs',
  each(called, ({ p50Us }) => p50Us),
);
row(
  'Main thread per event, all told, µs',
  each(called, ({ mainUs }) => mainUs),
);
row(
  'Requests for 1,000 events in 2 s',
  each(called, ({ requests }) => requests),
);
row(
  '… of them arrived within 4 s',
  each(called, ({ taken }) => taken),
);
row('Requests in 10 s of 500s, 50 events', errors?.map(({ requests }) => requests) ?? []);
row('… all arrived after it, s', seconds(errors), 1);
row('Requests in 16 s of 429, Retry-After: 8', busy?.map(({ requests }) => requests) ?? []);
row('… all arrived after it, s', seconds(busy), 1);
row('10 s offline: all arrived after it, s', seconds(offline), 2);
console.log(
  `\nMedians of ${LOADS} first visits and ${CALL_RUNS} runs of calls; in brackets the ratio to ours. "never": not in 40 s, in a page that stays open.`,
);
console.log(
  `A tour of the demo shop, from the first page to a purchase: ${shop.events} events in ${shop.batches} requests, ${(shop.events / shop.batches).toFixed(1)} in each.`,
);
process.exit();
