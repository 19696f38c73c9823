import { zValidator } from '@hono/zod-validator';
import { Hono } from 'hono';
import { z } from 'zod';
import type { Env } from '../env.ts';
import { RequestError } from '../errors.ts';
import { firstPair } from '../push/key-storage.ts';
import { KEY_FORMAT, type KeyKind, type SiteSettings, siteChanged, siteId, siteSettings } from '../sites.ts';
import { explainInvalid } from './explain-invalid.ts';
import { newKey, setKey } from './key-storage.ts';

const key = z.string().regex(KEY_FORMAT, 'must be 3 to 64 letters, digits, _ or -');

/**
 * Settings are replaced as a whole; but keys and secrets, which are not shown or not at hand, stay when left out, and so
 * does the collector's own address: by default the one that the site was made at.
 */
export const siteRequest = siteSettings.extend({
  identitySecrets: siteSettings.shape.identitySecrets.unwrap().optional(),
  collectorUrl: siteSettings.shape.collectorUrl.unwrap().optional(),
  browserKey: key.optional(),
  serverKey: key.optional(),
});

interface Row {
  id: string;
  settings: string;
  keys: string;
}
const SELECT = `SELECT id, settings,
  (SELECT json_group_object(kind, key) FROM keys WHERE site = sites.id AND expires_at IS NULL) AS keys FROM sites`;

/** Secrets are written, never read: only their number is shown. */
function toJson({ id, settings, keys }: Row) {
  const { identitySecrets, ...shown } = siteSettings.parse(JSON.parse(settings));
  const { browser = null, server = null } = JSON.parse(keys) as Partial<Record<KeyKind, string>>;
  return {
    id,
    ...shown,
    identitySecretCount: identitySecrets.length,
    browserKey: browser,
    serverKey: server,
  };
}

function read(db: D1Database, id: string): Promise<Row | null> {
  return db.prepare(`${SELECT} WHERE id = ?`).bind(id).first<Row>();
}

/** `/api/sites`: settings and current keys. */
export const sites = new Hono<{ Bindings: Env }>()
  .get('/', async (c) => {
    const { results } = await c.env.DB.prepare(`${SELECT} ORDER BY id`).all<Row>();
    return c.json({ items: results.map(toJson), cursor: null });
  })
  .get('/:site', async (c) => {
    const row = await read(c.env.DB, c.req.param('site'));
    if (!row) throw new RequestError('not_found', 'There is no such site.');
    return c.json(toJson(row));
  })
  .put('/:site', zValidator('json', siteRequest, explainInvalid), async (c) => {
    const id = siteId.safeParse(c.req.param('site'));
    if (!id.success) throw new RequestError('bad_request', `A site's id ${id.error.issues[0]?.message}.`);
    const { browserKey, serverKey, identitySecrets, collectorUrl, ...rest } = c.req.valid('json');
    const before = await read(c.env.DB, id.data);
    const kept = before && siteSettings.parse(JSON.parse(before.settings));
    const settings: SiteSettings = {
      ...rest,
      identitySecrets: identitySecrets ?? kept?.identitySecrets ?? [],
      collectorUrl:
        collectorUrl === undefined ? addressOf(c.req.url, kept?.collectorUrl ?? null) : collectorUrl,
    };
    const given = {
      browser: browserKey ?? (before ? null : newKey('browser')),
      server: serverKey ?? (before ? null : newKey('server')),
    };
    await requireFree(c.env.DB, id.data, given);

    const now = Date.now();
    await c.env.DB.batch([
      c.env.DB.prepare(
        `INSERT INTO sites (id, settings, updated_at) VALUES (?1, ?2, ?3)
         ON CONFLICT (id) DO UPDATE SET settings = excluded.settings, updated_at = excluded.updated_at`,
      ).bind(id.data, JSON.stringify(settings), new Date(now).toISOString()),
      ...KINDS.flatMap((kind) => (given[kind] ? setKey(c.env.DB, id.data, kind, given[kind], now) : [])),
      ...(before ? [] : [await firstPair(c.env, id.data, now)]),
    ]);
    await siteChanged(c.env, id.data);
    const after = await read(c.env.DB, id.data);
    return c.json(after && toJson(after));
  });

/** Where the collector was found; a machine of one's own changes its ports. */
function addressOf(request: string, known: string | null): string {
  const isHere = known !== null && /^http:\/\/(localhost|127\.0\.0\.1)(:|$)/.test(known);
  return known !== null && !isHere ? known : new URL(request).origin;
}

const KINDS = ['browser', 'server'] as const;

/** A key belongs to one site, and stays what it is: a browser key that the world has seen must never open more. */
async function requireFree(
  db: D1Database,
  site: string,
  { browser, server }: Record<KeyKind, string | null>,
): Promise<void> {
  const taken = await db
    .prepare(
      `SELECT 1 FROM keys WHERE key IN (?1, ?2)
       AND (site <> ?3 OR kind <> CASE key WHEN ?1 THEN 'browser' ELSE 'server' END)`,
    )
    .bind(browser, server, site)
    .first();
  if (taken || (browser !== null && browser === server)) {
    throw new RequestError(
      'conflict',
      'Every key must be different, also from those of other sites, and a key never changes its kind.',
    );
  }
}
