import { zValidator } from '@hono/zod-validator';
import { type Context, Hono } from 'hono';
import { base64url } from 'jose';
import { z } from 'zod';
import type { Env } from '../env.ts';
import { RequestError } from '../errors.ts';
import { keyBytes } from '../push/curve.ts';
import { type PushFault, readFaults } from '../push/faults.ts';
import { type KeyRow, makeCurrent, openPrivateKey, readKeys, startAgain } from '../push/key-storage.ts';
import { forgetPushKeys, type PushKeys, pushKeys } from '../push/keys.ts';
import { forgetNoted, type Refusal, readRefusals } from '../push/refusals.ts';
import { UNOPENED } from '../push/send.ts';
import { newVapidPair, pairFault, subjectFault } from '../push/vapid.ts';
import { currentSite, type Site } from '../sites.ts';
import { explainInvalid } from './explain-invalid.ts';

/** How push messages of a site go. Times are ISO 8601. */
export interface PushStatus extends PushKeys {
  refusals: Refusal[];
  faults: PushFault[];
}

const keyText = z.string().max(200);

/** A pair that the shop brings from another tool, so that its subscribers stay reachable. */
export const pushKeysRequest = z.strictObject({
  publicKey: keyText,
  privateKey: keyText,
  /** `mailto:` or `https:`; without it the one before stays. */
  subject: z
    .string()
    .superRefine((subject, context) => {
      const message = subjectFault(subject);
      if (message) context.addIssue({ code: 'custom', message });
    })
    .optional(),
});

type Push = Context<{ Bindings: Env }>;

/** `/api/sites/:site/push`: how push messages go, and the keys that they are signed with. */
export const push = new Hono<{ Bindings: Env }>()
  .get('/', async (c) => c.json(await statusOf(c, await siteIn(c))))
  .put('/keys', zValidator('json', pushKeysRequest, explainInvalid), async (c) => {
    const site = await siteIn(c);
    const { publicKey, privateKey, subject = null } = c.req.valid('json');
    const pair = { publicKey: plain(publicKey), privateKey: plain(privateKey) };
    const fault = await pairFault(pair);
    if (fault) throw new RequestError('bad_request', fault);
    const { DB } = c.env;
    const other = await DB.prepare('SELECT 1 FROM push_keys WHERE public_key = ? AND site <> ?')
      .bind(pair.publicKey, site.id)
      .first();
    if (other) {
      throw new RequestError(
        'conflict',
        'These keys belong to another site. Each site needs its own, else it could reach the subscribers of the other.',
      );
    }
    await DB.batch(await makeCurrent(c.env, site.id, pair, subject, Date.now()));
    return c.json(await changed(c, site));
  })
  .post('/keys/rotate', async (c) => {
    const site = await siteIn(c);
    await c.env.DB.batch(await makeCurrent(c.env, site.id, await newVapidPair(), null, Date.now()));
    return c.json(await changed(c, site));
  })
  .get('/keys/export', async (c) => {
    const site = await siteIn(c);
    const { subject } = await pushKeys(c.env, site, Date.now());
    const { rows } = await readKeys(c.env.DB, site.id);
    const [current, ...former] = await Promise.all(rows.map((row) => exported(c.env, site.id, row)));
    if (!current) throw new RequestError('unavailable', UNOPENED);
    c.header('Cache-Control', 'no-store');
    const { publicKey, privateKey, createdAt } = current;
    return c.json({
      publicKey,
      privateKey,
      subject,
      createdAt,
      former: former.filter((pair) => pair !== null),
    });
  })
  .post('/resume', async (c) => {
    const site = await siteIn(c);
    await c.env.DB.batch(startAgain(c.env.DB, site.id));
    return c.json(await changed(c, site));
  });

async function siteIn(c: Push): Promise<Site> {
  const site = await currentSite(c.env.DB, c.req.param('site') ?? '', Date.now());
  if (!site) throw new RequestError('not_found', 'There is no such site.');
  return site;
}

/** Other isolates learn of a change within 45 s. */
async function changed(c: Push, site: Site): Promise<PushStatus> {
  forgetNoted(site.id);
  return statusOf(c, site);
}

async function statusOf({ env }: Push, site: Site): Promise<PushStatus> {
  const now = Date.now();
  forgetPushKeys(site.id);
  const keys = await pushKeys(env, site, now);
  const { rows } = await readKeys(env.DB, site.id);
  const current = rows.find(({ publicKey }) => publicKey === keys.publicKey);
  const isOpen = current && (await exported(env, site.id, current));
  return {
    ...keys,
    stopped: isOpen ? keys.stopped : { since: null, why: UNOPENED },
    refusals: await readRefusals(env.DB, site.id, now),
    faults: await readFaults(env.DB, site.id, now),
  };
}

/** `null`: it cannot be opened. */
async function exported(env: Env, site: string, row: KeyRow) {
  const { publicKey, createdAt, retiredAt } = row;
  try {
    return { publicKey, privateKey: await openPrivateKey(env, site, row), createdAt, retiredAt };
  } catch {
    return null;
  }
}

/** In the one spelling that browsers and push services compare: base64url without padding. */
export function plain(key: string): string {
  const bytes = keyBytes(key);
  return bytes ? base64url.encode(bytes) : key;
}
