import { randomUUID } from 'node:crypto';
import type { RowsWritten } from '../support/rows.ts';
import { load } from './load.ts';
import { EVENTS, FILLING_CART, ORIGIN, shopping } from './shopper.ts';

/** List prices of Cloudflare's paid plan, marginal, in dollars per million (November 2026). */
const PRICE = { row: 1, request: 0.3, objectRequest: 0.15, cpuMs: 0.02, gbSecond: 12.5, queueOperation: 0.4 };
/** Of the model: CPU of a request, time that an object works on one, its memory. */
const CPU_MS = 5;
const OBJECT_S = 0.02;
const OBJECT_GB = 0.128;
/** A queue bills a write, a read and a delete per message. */
const OPERATIONS_PER_MESSAGE = 3;

/** 100,000 new visitors make a million events in batches of five: two batches each. */
const VISITORS = 500;
const BATCHES_EACH = 2;

interface Counts {
  rows: RowsWritten;
  calls: number;
}

/** What a million events cost by list prices, from rows that were counted. */
export async function cost(url: string): Promise<string> {
  const visitors = Array.from({ length: VISITORS }, () => `cost-${randomUUID()}`);
  const send = async (bodies: string[]) => {
    await load(`${url}/v1/batch`, bodies, { Origin: ORIGIN }, 8);
    return counts(url);
  };
  await counts(url);
  const first = await send(visitors.map((visitor, i) => shopping(visitor, { events: doing(i, 0) })));
  const second = await send(visitors.map((visitor, i) => shopping(visitor, { events: doing(i, 1) })));
  const special = await send(
    visitors.flatMap((visitor, i) => {
      const more = extra(visitor, i);
      return more.length > 0 ? [shopping(visitor, { events: [], more })] : [];
    }),
  );
  const ended = await later(url, visitors, 32 * 60_000);
  const forgotten = await later(url, visitors, 40 * 24 * 3_600_000);
  process.stderr.write(' cost\n');

  const million = 1_000_000 / (VISITORS * BATCHES_EACH * EVENTS);
  const batches = VISITORS * BATCHES_EACH;
  const hotRows = BATCHES_EACH * (second.rows.object + second.rows.d1);
  const allRows = [first, second, special, ended, forgotten].reduce(
    (sum, { rows }) => sum + rows.object + rows.d1,
    0,
  );
  // What D1 holds is deleted when the site's retention has passed.
  const deletes = first.rows.d1 + second.rows.d1 + special.rows.d1 + ended.rows.d1;
  const wakes = ended.calls + forgotten.calls;
  const calls = first.calls + second.calls + special.calls;
  const requests = (objectCalls: number) =>
    (batches * PRICE.request +
      objectCalls * (PRICE.objectRequest + OBJECT_S * OBJECT_GB * PRICE.gbSecond) +
      batches * CPU_MS * PRICE.cpuMs) /
    1_000_000;
  const rows = (count: number) => (count * PRICE.row) / 1_000_000;
  const hot = million * (rows(hotRows) + requests(calls));
  const all = million * (rows(allRows + deletes) + requests(calls + wakes));
  const queue =
    (million * (batches + ended.rows.d1) * OPERATIONS_PER_MESSAGE * PRICE.queueOperation) / 1_000_000;
  const perVisitor = (count: number) => (count / VISITORS).toFixed(2);
  const phase = (name: string, { rows: { object, d1 } }: Counts) =>
    `| ${name} | ${perVisitor(object)} | ${perVisitor(d1)} |`;
  return [
    `\n\nrows written per visitor, counted over ${VISITORS} new visitors with ${BATCHES_EACH} batches of ${EVENTS} events\n`,
    '| | in the object | in D1 |',
    '|---|---|---|',
    phase('first batch', first),
    phase('second batch', second),
    phase('log-in of one in 20, purchase of one in 30', special),
    phase('the session is over', ended),
    phase('idle for 40 days', forgotten),
    `| retention has passed | | ${perVisitor(deletes)} |`,
    '',
    '| list price of a million events | rows written per batch | $ |',
    '|---|---|---|',
    `| hot path: stored, decided on, in the database | ${(hotRows / batches).toFixed(2)} | ${hot.toFixed(2)} |`,
    `| all in: new visitors, sessions, alarms, deletes | ${((allRows + deletes) / batches).toFixed(2)} | ${all.toFixed(2)} |`,
    `| all in, with the queue of the production environment | | ${(all + queue).toFixed(2)} |`,
  ].join('\n');
}

/** Three in ten batches touch a cart. */
function doing(visitor: number, round: number): string[] {
  return (visitor + round) % 10 < 3
    ? FILLING_CART
    : ['page_view', 'view_item', 'page_view', 'search', 'page_view'];
}

/** One visitor in 30 buys, one in 20 logs in. */
function extra(anonymousId: string, visitor: number): object[] {
  const message = (more: object) => ({
    messageId: randomUUID(),
    anonymousId,
    timestamp: new Date().toISOString(),
    ...more,
  });
  const purchase = { transaction_id: randomUUID(), value: 46 };
  return [
    ...(visitor % 30 === 0 ? [message({ type: 'track', event: 'purchase', properties: purchase })] : []),
    ...(visitor % 20 === 0
      ? [message({ type: 'identify', userId: anonymousId, traits: { name: 'Mira' } })]
      : []),
  ];
}

async function counts(url: string): Promise<Counts> {
  return (await fetch(`${url}/floor/counts`)).json() as Promise<Counts>;
}

/** Lets time pass, and wakes everybody. */
async function later(url: string, visitors: string[], ms: number): Promise<Counts> {
  await (
    await fetch(`${url}/floor/later?ms=${ms}`, { method: 'POST', body: JSON.stringify(visitors) })
  ).text();
  return counts(url);
}
