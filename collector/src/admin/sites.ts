import { zValidator } from '@hono/zod-validator';
import { Hono } from 'hono';
import { z } from 'zod';
import type { Env } from '../env.ts';
import { RequestError } from '../errors.ts';
import { forgetSites, KEY_FORMAT, siteId, siteSettings } from '../sites.ts';
import { explainInvalid } from './explain-invalid.ts';

const key = z.string().regex(KEY_FORMAT, 'must be 3 to 64 letters, digits, _ or -');
const sitePut = siteSettings.extend({ browserKey: key, serverKey: key });

interface Row {
  id: string;
  settings: string;
  keys: string;
}
const SELECT = `SELECT id, settings,
  (SELECT json_group_object(kind, key) FROM keys WHERE site = sites.id) AS keys FROM sites`;

function toJson(row: Row) {
  const keys: Partial<Record<'browser' | 'server', string>> = JSON.parse(row.keys);
  return {
    id: row.id,
    ...JSON.parse(row.settings),
    browserKey: keys.browser ?? null,
    serverKey: keys.server ?? null,
  };
}

/** `/api/sites`: settings and keys. */
export const sites = new Hono<{ Bindings: Env }>()
  .get('/', async (c) => {
    const { results } = await c.env.DB.prepare(`${SELECT} ORDER BY id`).all<Row>();
    return c.json({ items: results.map(toJson), cursor: null });
  })
  .get('/:site', async (c) => {
    const row = await c.env.DB.prepare(`${SELECT} WHERE id = ?`).bind(c.req.param('site')).first<Row>();
    if (!row) throw new RequestError('not_found', 'There is no such site.');
    return c.json(toJson(row));
  })
  .put('/:site', zValidator('json', sitePut, explainInvalid), async (c) => {
    const id = siteId.safeParse(c.req.param('site'));
    if (!id.success) throw new RequestError('bad_request', `A site's id ${id.error.issues[0]?.message}.`);
    const { browserKey, serverKey, ...settings } = c.req.valid('json');
    const { results } = await c.env.DB.prepare('SELECT 1 FROM keys WHERE key IN (?1, ?2) AND site <> ?3')
      .bind(browserKey, serverKey, id.data)
      .all();
    if (browserKey === serverKey || results.length > 0) {
      throw new RequestError('conflict', 'Every key must be different, also from those of other sites.');
    }
    await c.env.DB.batch([
      c.env.DB.prepare(
        `INSERT INTO sites (id, settings, updated_at) VALUES (?1, ?2, ?3)
         ON CONFLICT (id) DO UPDATE SET settings = excluded.settings, updated_at = excluded.updated_at`,
      ).bind(id.data, JSON.stringify(settings), new Date().toISOString()),
      c.env.DB.prepare('DELETE FROM keys WHERE site = ?').bind(id.data),
      c.env.DB.prepare(
        "INSERT INTO keys (key, site, kind) VALUES (?1, ?3, 'browser'), (?2, ?3, 'server')",
      ).bind(browserKey, serverKey, id.data),
    ]);
    forgetSites();
    return c.json({ id: id.data, ...settings, browserKey, serverKey });
  });
