import { describe, expect, it } from 'vitest';
import { DAY, env } from '../../../test/support/workerd/collector.ts';
import { planOf } from '../../../test/support/workerd/store.ts';
import { addCodes, deletePool, putPool, readPool } from './coupon-pools.ts';
import { forgetHolder, moveCodes, SPEND_CODES, type Spent, type Taken, takeCode } from './coupons.ts';

const NOW = Date.UTC(2026, 2, 1);
const POOL = 'welcome';
let sites = 0;

interface Settings {
  expiresAfter?: string;
  expiresAt?: string;
}

/** A site with pools of so many codes each. */
async function siteWith(count: number, settings: Settings = {}, pools = [POOL]): Promise<string> {
  const site = `coupons-${sites++}`;
  for (const pool of pools) {
    await putPool(env.DB, site, pool, { name: null, expiresAfter: null, expiresAt: null, ...settings });
    const codes = Array.from({ length: count }, (_, n) => `${pool.toUpperCase()}-${n}`);
    await addCodes(env.DB, site, pool, codes);
  }
  return site;
}

const take = (site: string, holder: string, now = NOW, pool = POOL) =>
  takeCode(env.DB, site, pool, `a:${site}:${holder}`, now);
const codeOf = (taken: Taken) => (taken.kind === 'code' ? taken.code : taken.kind);
/** An order of `holder` names a code. @returns how many are used from now on */
async function spend(site: string, code: string, holder: string | null, more: Partial<Spent> = {}) {
  const order = { transactionId: 'T-1', at: NOW, profile: `u:${site}:mira`, believed: false };
  const spent: Spent = { site, code, device: holder && `a:${site}:${holder}`, ...order, ...more };
  const used = () =>
    env.DB.prepare('SELECT count(used_at) AS n FROM coupons WHERE site = ?').bind(site).first<number>('n');
  const before = Number(await used());
  await env.DB.prepare(SPEND_CODES)
    .bind(JSON.stringify([spent]))
    .run();
  return Number(await used()) - before;
}
const move = (site: string, from: string, to: string) =>
  moveCodes(env.DB, site, `a:${site}:${from}`, `a:${site}:${to}`);

describe('a code', () => {
  it('is given to one visitor only, however many ask at the same moment', async () => {
    const site = await siteWith(30);
    const visitors = Array.from({ length: 50 }, (_, n) => `v${n}`);
    const taken = await Promise.all(visitors.map((visitor) => take(site, visitor)));
    const codes = taken.filter(({ kind }) => kind === 'code').map(codeOf);
    expect([codes.length, new Set(codes).size]).toEqual([30, 30]);
    expect(taken.filter(({ kind }) => kind === 'empty')).toHaveLength(20);
    expect(await Promise.all(visitors.map((visitor) => take(site, visitor)))).toEqual(taken);
    expect(await readPool(env.DB, site, POOL)).toMatchObject({
      size: 30,
      assigned: 30,
      left: 0,
      warning: 'empty',
    });
  });

  it('is the same one for a visitor who asks in many tabs at once', async () => {
    const site = await siteWith(30);
    const taken = await Promise.all(Array.from({ length: 20 }, () => take(site, 'v')));
    expect(new Set(taken.map(codeOf)).size).toBe(1);
    expect(await readPool(env.DB, site, POOL)).toMatchObject({ assigned: 1, left: 29 });
  });

  it('costs few rows, whatever the size of the pool, and none when it is asked for again', async () => {
    const site = await siteWith(500);
    for (let n = 0; n < 20; n++) await take(site, `other${n}`);
    const first = await costOf(() => take(site, 'v'));
    expect(first.written).toBeLessThanOrEqual(2);
    expect(first.read).toBeLessThanOrEqual(20);
    expect(await costOf(() => take(site, 'v'))).toMatchObject({ written: 0 });
  });

  it('comes from a pool that exists', async () => {
    const site = await siteWith(1);
    expect(await take(site, 'v', NOW, 'other')).toEqual({ kind: 'no_pool' });
    expect(await take('elsewhere', 'v')).toEqual({ kind: 'no_pool' });
    expect(await deletePool(env.DB, site, POOL)).toBe(true);
    expect(await take(site, 'v')).toEqual({ kind: 'no_pool' });
  });
});

describe('a code that runs out', () => {
  it('after a time does so from when it was given, and no second one follows', async () => {
    const site = await siteWith(2, { expiresAfter: 'P14D' });
    const first = await take(site, 'v');
    expect(first).toEqual({
      kind: 'code',
      code: expect.any(String),
      expiresAt: '2026-03-15T00:00:00.000Z',
      used: false,
    });
    expect(await take(site, 'v', NOW + 14 * DAY - 1)).toEqual(first);
    expect(await take(site, 'v', NOW + 14 * DAY)).toEqual({ kind: 'expired' });
    expect(await take(site, 'late', NOW + 14 * DAY)).toMatchObject({ expiresAt: '2026-03-29T00:00:00.000Z' });
  });

  it('keeps the day that a visitor was told, when the pool is changed', async () => {
    const site = await siteWith(2, { expiresAfter: 'PT48H' });
    const first = await take(site, 'v');
    await putPool(env.DB, site, POOL, { name: null, expiresAfter: 'PT1H', expiresAt: null });
    expect(await take(site, 'v', NOW + DAY)).toEqual(first);
  });

  it('with its pool is not given any more, and not shown', async () => {
    const site = await siteWith(3, { expiresAt: '2026-03-02T00:00:00Z' });
    expect(await take(site, 'v')).toMatchObject({ kind: 'code', expiresAt: '2026-03-02T00:00:00.000Z' });
    expect(await take(site, 'v', NOW + DAY)).toEqual({ kind: 'expired' });
    expect(await take(site, 'w', NOW + DAY)).toEqual({ kind: 'expired' });
    expect(await readPool(env.DB, site, POOL)).toMatchObject({ assigned: 1 });
  });
});

describe('a device that becomes a person', () => {
  it('brings its code along', async () => {
    const site = await siteWith(5);
    const before = await take(site, 'device');
    await move(site, 'device', 'person');
    await move(site, 'device', 'person');
    await move(site, 'person', 'person');
    expect(await take(site, 'person', NOW + 1)).toEqual(before);
  });

  it.each(['device', 'person'])(
    'leaves the code that came first, from the %s; the other is nobody’s',
    async (earlier) => {
      const site = await siteWith(3, {}, [POOL, 'more']);
      const [first, later] = earlier === 'device' ? ['device', 'person'] : ['person', 'device'];
      const kept = await take(site, first as string, NOW);
      const lost = await take(site, later as string, NOW + 1);
      const more = await take(site, 'device', NOW + 1, 'more');
      await move(site, 'device', 'person');
      await move(site, 'device', 'person');
      expect([await take(site, 'person'), await take(site, 'person', NOW, 'more')]).toEqual([kept, more]);
      expect([kept, lost]).not.toContainEqual(await take(site, 'somebody'));
      expect(await take(site, 'the last')).toEqual({ kind: 'empty' });
    },
  );

  it('leaves it so when both take and move at the same moment', async () => {
    const site = await siteWith(40);
    await Promise.all(
      Array.from({ length: 10 }, (_, n) => [
        take(site, `d${n}`, NOW + n),
        take(site, `p${n}`, NOW + 5),
        move(site, `d${n}`, `p${n}`),
      ]).flat(),
    );
    for (let n = 0; n < 10; n++) await move(site, `d${n}`, `p${n}`);
    const taken = await Promise.all(Array.from({ length: 10 }, (_, n) => take(site, `p${n}`)));
    expect(new Set(taken.map(codeOf)).size).toBe(10);
  });
});

it('a visitor who is forgotten is named nowhere, and the code goes to nobody else', async () => {
  const site = await siteWith(1);
  const taken = await take(site, 'v');
  await spend(site, codeOf(taken), 'v');
  await forgetHolder(env.DB, site, `a:${site}:v`);
  await spend(site, codeOf(taken), 'v', { believed: true });
  const rows = await env.DB.prepare('SELECT * FROM coupons WHERE site = ?').bind(site).all();
  expect(rows.results).toMatchObject([{ holder: null, transaction_id: null, used_at: NOW }]);
  expect(await take(site, 'w')).toEqual({ kind: 'empty' });
});

describe('a code in an order', () => {
  it('is used once, in whatever case it is written', async () => {
    const site = await siteWith(2, {}, [POOL, 'more']);
    const code = codeOf(await take(site, 'v'));
    expect(await spend(site, code.toLowerCase(), 'v', { at: NOW + 5 })).toBe(1);
    expect(await spend(site, code, 'v', { transactionId: 'T-2', at: NOW + 9 })).toBe(0);
    expect(await take(site, 'v')).toMatchObject({ kind: 'code', code, used: true });
    expect(await readPool(env.DB, site, POOL)).toMatchObject({ assigned: 1, used: 1, left: 1 });
    const row = await env.DB.prepare('SELECT * FROM coupons WHERE site = ?1 AND used_at = ?2')
      .bind(site, NOW + 5)
      .first();
    expect(row).toMatchObject({ transaction_id: 'T-1', assigned_at: NOW, holder: `a:${site}:v` });
  });

  it("that anybody forges uses up nobody's code, and none that is free", async () => {
    const site = await siteWith(2);
    const code = codeOf(await take(site, 'v'));
    for (const name of ['WELCOME-0', 'WELCOME-1']) {
      expect(await spend(site, name, 'evil')).toBe(0);
      expect(await spend(site, name, null)).toBe(0);
    }
    expect(await readPool(env.DB, site, POOL)).toMatchObject({ assigned: 1, used: 0, left: 1 });
    expect(await spend(site, code, 'evil', { profile: `a:${site}:v` })).toBe(1);
  });

  it('that nobody was given is not given to anybody', async () => {
    const site = await siteWith(1);
    expect(await spend(site, 'WELCOME-0', null, { believed: true })).toBe(1);
    expect(await take(site, 'v')).toEqual({ kind: 'empty' });
  });

  it('that is none of ours changes nothing, nor does one of another site', async () => {
    const [site, other] = [await siteWith(1), await siteWith(1)];
    expect(await spend(site, 'SUMMER', null, { believed: true })).toBe(0);
    await spend(site, 'WELCOME-0', null, { believed: true });
    expect(await readPool(env.DB, other, POOL)).toMatchObject({ used: 0, left: 1 });
    const rows = await env.DB.prepare('SELECT 1 FROM coupons WHERE site = ?').bind(site).all();
    expect(rows.results).toHaveLength(1);
  });

  it('is found by the keys of its pool, however many codes there are', async () => {
    const plan = await planOf(SPEND_CODES, '[]');
    expect(plan.filter((step) => step.startsWith('SCAN'))).toEqual([expect.stringContaining('json_each')]);
    expect(plan).toContainEqual(expect.stringMatching(/SEARCH c USING .*site=\? AND pool=\? AND code=\?/));
  });
});

/** What a call costs D1. */
async function costOf(call: () => Promise<unknown>): Promise<{ written: number; read: number }> {
  const cost = { written: 0, read: 0 };
  const prototype = Object.getPrototypeOf(env.DB) as { batch: (...args: never[]) => Promise<D1Result[]> };
  const original = prototype.batch;
  prototype.batch = async function (this: unknown, ...args: never[]) {
    const results = await original.apply(this, args);
    for (const { meta } of results) {
      cost.written += meta.rows_written;
      cost.read += meta.rows_read;
    }
    return results;
  };
  try {
    await call();
  } finally {
    prototype.batch = original;
  }
  return cost;
}
