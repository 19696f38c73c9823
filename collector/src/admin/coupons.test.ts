import { exports } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import {
  api,
  arrived,
  env,
  makeSite,
  sendBatch,
  type TestSite,
  track,
} from '../../../test/support/workerd/collector.ts';
import { couponPool } from '../campaigns/coupon-pools.ts';
import { takeCode } from '../campaigns/coupons.ts';
import { couponUploadAnswer } from './coupons.ts';

const path = (site: TestSite, rest = '') => `/api/sites/${site.id}/coupon-pools${rest}`;

async function json(response: Response): Promise<unknown> {
  expect(response.status, await response.clone().text()).toBe(200);
  return response.json();
}

async function siteWithPool(settings: object = {}): Promise<TestSite> {
  const site = await makeSite();
  couponPool.parse(await json(await api('PUT', path(site, '/welcome'), settings)));
  return site;
}

async function upload(site: TestSite, codes: unknown[]) {
  return couponUploadAnswer.parse(await json(await api('POST', path(site, '/welcome/codes'), { codes })));
}

function uploadText(site: TestSite, text: string, type: string): Promise<Response> {
  return exports.default.fetch(`http://collector.test${path(site, '/welcome/codes')}`, {
    method: 'POST',
    headers: { Authorization: 'Bearer test-admin-token', 'Content-Type': type },
    body: text,
  });
}

async function pool(site: TestSite) {
  return couponPool.parse(await json(await api('GET', path(site, '/welcome'))));
}

describe('a pool', () => {
  it('says how many codes are left, and warns before there is none', async () => {
    const site = await siteWithPool({ name: 'Welcome' });
    expect(await pool(site)).toMatchObject({ size: 0, warning: 'empty' });
    await upload(
      site,
      Array.from({ length: 20 }, (_, n) => `C${n}`),
    );
    expect(await pool(site)).toEqual({
      id: 'welcome',
      name: 'Welcome',
      expiresAfter: null,
      expiresAt: null,
      size: 20,
      assigned: 0,
      used: 0,
      left: 20,
      warning: null,
    });
    const warnings = [];
    for (let n = 0; n < 20; n++) {
      await takeCode(env.DB, site.id, 'welcome', `a:${site.id}:${n}`, Date.now());
      warnings.push((await pool(site)).warning);
    }
    expect(warnings).toEqual([...Array(17).fill(null), 'low', 'low', 'empty']);
  });

  it('is listed with the others of its site, and goes with its codes', async () => {
    const site = await siteWithPool({ expiresAt: '2030-01-01T00:00:00+01:00' });
    await json(await api('PUT', path(site, '/birthday'), { expiresAfter: 'P14D' }));
    await upload(site, ['A', 'B']);
    expect(await json(await api('GET', path(site)))).toMatchObject({
      items: [
        { id: 'birthday', expiresAfter: 'P14D', expiresAt: null },
        { id: 'welcome', size: 2, expiresAt: '2029-12-31T23:00:00.000Z' },
      ],
      cursor: null,
    });
    await json(await api('DELETE', path(site, '/welcome')));
    expect((await api('DELETE', path(site, '/welcome'))).status).toBe(404);
    await json(await api('PUT', path(site, '/welcome'), {}));
    expect(await pool(site)).toMatchObject({ size: 0 });
  });

  it('keeps its codes when its settings change', async () => {
    const site = await siteWithPool({ expiresAfter: 'P1D' });
    await upload(site, ['A']);
    expect(await json(await api('PUT', path(site, '/welcome'), { name: 'New' }))).toMatchObject({
      name: 'New',
      expiresAfter: null,
      size: 1,
    });
  });
});

describe('an upload', () => {
  it('takes what it can, and says what it could not and why', async () => {
    const site = await siteWithPool();
    await upload(site, ['OLD']);
    const answer = await upload(site, [
      ' A-1 ',
      'a-1',
      'old',
      '',
      'x'.repeat(65),
      'a\u0000b',
      'a\u200bb',
      'A,B',
      7,
      null,
      'ТЕСТ 10 %',
    ]);
    expect(answer).toEqual({
      added: 2,
      repeated: 2,
      invalid: [
        { line: 4, code: '', reason: 'is empty' },
        { line: 5, code: 'x'.repeat(65), reason: expect.stringContaining('64') },
        { line: 6, code: 'a\u0000b', reason: expect.stringContaining('seen') },
        { line: 7, code: 'a\u200bb', reason: expect.stringContaining('seen') },
        { line: 8, code: 'A,B', reason: expect.stringContaining('comma') },
        { line: 9, code: '7', reason: 'must be text' },
        { line: 10, code: 'null', reason: 'must be text' },
      ],
    });
    expect(await pool(site)).toMatchObject({ size: 3 });
  });

  it('reads a file of lines, and the first column of a table', async () => {
    const site = await siteWithPool();
    expect(await json(await uploadText(site, '\uFEFFA\r\n\r\nB\nC\n', 'text/plain'))).toMatchObject({
      added: 3,
      invalid: [],
    });
    const table = 'Coupon code;until\n"D ""1""";2030\nE\t2030\nF,2030\n"G,H",2030\nA,2030\n';
    expect(await json(await uploadText(site, table, 'text/csv; charset=utf-8'))).toEqual({
      added: 3,
      repeated: 1,
      invalid: [{ line: 5, code: 'G,H', reason: expect.any(String) }],
    });
  });

  it('takes 10,000 codes, and no more at once', async () => {
    const site = await siteWithPool();
    const codes = Array.from({ length: 10_000 }, (_, n) => `${n}`.padStart(64, 'C'));
    expect(await upload(site, codes)).toEqual({ added: 10_000, repeated: 0, invalid: [] });
    expect(await upload(site, codes)).toEqual({ added: 0, repeated: 10_000, invalid: [] });
    const tooMany = await api('POST', path(site, '/welcome/codes'), { codes: [...codes, 'X'] });
    expect(tooMany.status).toBe(413);
    expect((await uploadText(site, 'x'.repeat(2_000_001), 'text/plain')).status).toBe(413);
    await json(await api('DELETE', path(site, '/welcome')));
    const { results } = await env.DB.prepare('SELECT 1 FROM coupons WHERE site = ?').bind(site.id).all();
    expect(results).toEqual([]);
  });
});

it('a code that somebody was given stays; another can be taken back', async () => {
  const site = await siteWithPool();
  await upload(site, ['A/1 %', 'B']);
  const remove = (code: string) => api('DELETE', path(site, `/welcome/codes/${encodeURIComponent(code)}`));
  expect((await remove('a/1 %')).status).toBe(200);
  expect((await remove('A/1 %')).status).toBe(404);
  await takeCode(env.DB, site.id, 'welcome', `a:${site.id}:v`, Date.now());
  const refused = await remove('B');
  expect([refused.status, await refused.text()]).toEqual([
    409,
    expect.stringContaining('Somebody was given'),
  ]);
});

it('an order that a page makes up uses up no codes', async () => {
  const site = await siteWithPool();
  await upload(site, ['A', 'B']);
  await takeCode(env.DB, site.id, 'welcome', `a:${site.id}:v`, Date.now());
  const properties = { transaction_id: 'T', value: 0, coupon: 'A,B' };
  const { anonymousId: _, ...nameless } = track('evil', 'purchase', { properties, userId: 'evil' });
  await sendBatch(site, [track('evil', 'purchase', { properties }), nameless]);
  await arrived();
  expect(await pool(site)).toMatchObject({ assigned: 1, used: 0, left: 1 });
});

it.each([
  ['a site that is not there', 'GET', '/api/sites/nowhere/coupon-pools', undefined, 404, 'no such site'],
  ['a pool that is not there', 'GET', '/none', undefined, 404, 'no such coupon pool'],
  ['codes for a pool that is not there', 'POST', '/none/codes', { codes: ['A'] }, 404, 'no such coupon pool'],
  ['an id that cannot stand in an address', 'PUT', '/Wel%20come', {}, 400, 'lower-case'],
  ['a month, which has no fixed length', 'PUT', '/p', { expiresAfter: 'P1M' }, 400, 'expiresAfter'],
  ['two ends', 'PUT', '/p', { expiresAfter: 'P1D', expiresAt: '2030-01-01T00:00:00Z' }, 400, 'expiresAt'],
  ['a setting that it does not know', 'PUT', '/p', { expires: 'P1D' }, 400, 'expires'],
  ['codes that are no list', 'POST', '/welcome/codes', { codes: 'A' }, 400, 'must be a list of codes'],
  ['no codes', 'POST', '/welcome/codes', undefined, 400, 'Invalid input'],
])('says what is wrong with %s', async (_, method, rest, body, status, text) => {
  const site = await siteWithPool();
  const response = await api(method, rest.startsWith('/api') ? rest : path(site, rest), body);
  const answer = await response.text();
  expect([response.status, answer]).toEqual([status, expect.stringContaining(text)]);
});
