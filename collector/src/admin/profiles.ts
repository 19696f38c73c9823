import { zValidator } from '@hono/zod-validator';
import { type Context, Hono } from 'hono';
import { z } from 'zod';
import type { Env } from '../env.ts';
import { RequestError } from '../errors.ts';
import { forgetJoins } from '../ingest/join.ts';
import { askOwner } from '../profile/people.ts';
import { contactNames, deviceName, personName } from '../profile/profile-name.ts';
import type { Asked, DisownResult, Elsewhere, ReadResult } from '../profile/rpc.ts';
import type { Cursor } from '../profile/timeline.ts';
import { explainInvalid } from './explain-invalid.ts';

type C = Context<{ Bindings: Env }>;
type Read = Extract<ReadResult, { kind: 'read' }>;
type Profile = ReturnType<Env['PROFILES']['getByName']>;

export const timelineQuery = z.object({
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
  cursor: z.string().max(1_000).optional(),
});
export const explainQuery = z
  .object({ campaign: z.string().optional(), segment: z.string().optional() })
  .refine(
    ({ campaign, segment }) => (campaign === undefined) !== (segment === undefined),
    'name a campaign or a segment',
  );
/** Somebody of the shop, who tries campaigns out: caps and holdouts do not hold, and no report counts what he sees. */
export const testVisitorRequest = z.strictObject({
  test: z.boolean(),
  /** Which variant to show, by campaign. */
  variants: z.record(z.string(), z.string()).default({}),
});
export const disownRequest = z.object({ anonymousId: z.string().min(1).max(256) });

/**
 * `/api/sites/:site/profiles/:ref`, where `ref` is `anonymous:<id>`, `user:<id>` or `email:<address>`. An attached
 * device answers with its person.
 */
export const profiles = new Hono<{ Bindings: Env }>()
  .get('/:ref', (c) => answer(c, async (profile) => profile.read() as Promise<ReadResult>))
  .get('/:ref/export', async (c) => {
    c.header('Content-Disposition', 'attachment; filename="profile.json"');
    return answer(c, async (profile) => profile.export() as Promise<ReadResult>);
  })
  .get('/:ref/timeline', zValidator('query', timelineQuery, explainInvalid), async (c) => {
    const { limit, cursor } = c.req.valid('query');
    const from = cursor === undefined ? null : readCursor(cursor);
    const read = await askOwner<Read>(
      await nameOf(c, ref(c)),
      c.env,
      async (profile) => profile.timeline(from, limit) as Promise<ReadResult>,
    );
    const page = JSON.parse(read.json ?? '{"items":[],"cursor":null}');
    return c.json({ items: page.items, cursor: page.cursor && btoa(JSON.stringify(page.cursor)) });
  })
  .delete('/:ref', async (c) => {
    try {
      await askOwner<null>(await nameOf(c, ref(c)), c.env, (profile) => profile.erase());
    } finally {
      forgetJoins();
    }
    return c.json({ success: true });
  })
  .get('/:ref/decisions', async (c) => {
    const { json } = await askOwner<Read>(
      await nameOf(c, ref(c)),
      c.env,
      async (profile) => profile.decisions() as Promise<ReadResult>,
    );
    return c.json({ items: JSON.parse(json ?? '[]'), cursor: null });
  })
  .get('/:ref/explain', zValidator('query', explainQuery, explainInvalid), (c) => {
    const { campaign, segment } = c.req.valid('query');
    return explainTo(c, ref(c), segment === undefined ? { id: campaign ?? '' } : { segmentId: segment });
  })
  .put('/:ref/test', zValidator('json', testVisitorRequest, explainInvalid), async (c) => {
    const { test, variants } = c.req.valid('json');
    await askOwner<null>(
      await nameOf(c, ref(c)),
      c.env,
      (profile) => profile.setTest(test ? { variants } : null) as Promise<Elsewhere | null>,
    );
    return c.json({ success: true });
  })
  .post('/:ref/disown', zValidator('json', disownRequest, explainInvalid), async (c) => {
    const { anonymousId } = c.req.valid('json');
    const { found } = await askOwner<Extract<DisownResult, { kind: 'disowned' }>>(
      await nameOf(c, ref(c)),
      c.env,
      async (profile) => profile.disown(anonymousId) as Promise<DisownResult>,
    );
    if (!found) throw new RequestError('not_found', 'This person has no such device.');
    return c.json({ success: true });
  });

/** Why a campaign is shown to a visitor, or why not; whether somebody is in a segment, and why. */
export async function explainTo(c: C, of: string, definition: Asked) {
  const { json } = await askOwner<Read>(
    await nameOf(c, of),
    c.env,
    async (profile) => profile.explain(definition) as Promise<ReadResult>,
  );
  if (json === null) throw new RequestError('not_found', 'Nothing is known of this visitor.');
  if (json === 'null') throw new RequestError('not_found', 'It was never published, or ended long ago.');
  return c.body(json, 200, { 'Content-Type': 'application/json' });
}

function ref(c: C): string {
  return c.req.param('ref') ?? '';
}

async function answer(c: C, ask: (profile: Profile) => Promise<ReadResult>) {
  const { json } = await askOwner<Read>(await nameOf(c, ref(c)), c.env, ask);
  if (json === null) throw new RequestError('not_found', 'Nothing is known of this visitor.');
  return c.body(json, 200, { 'Content-Type': 'application/json' });
}

function readCursor(text: string): Cursor {
  try {
    return z.object({ at: z.string(), id: z.string() }).parse(JSON.parse(atob(text)));
  } catch {
    throw new RequestError('bad_request', '"cursor" must be the one of an earlier answer.');
  }
}

/** Name of the object that is asked first. */
async function nameOf(c: C, of: string): Promise<string> {
  const site = c.req.param('site') ?? '';
  const [, kind, id] = /^(anonymous|user|email):(.+)$/s.exec(of) ?? [];
  if (kind === 'anonymous' && id) return deviceName(site, id);
  if (kind === 'user' && id) return personName(site, id, c.env.SIGNING_KEY);
  if (kind === 'email' && id) {
    const [name = ''] = await contactNames(site, { email: id.trim().toLowerCase() }, c.env.SIGNING_KEY);
    return name;
  }
  throw new RequestError('bad_request', 'A profile is named anonymous:<id>, user:<id> or email:<address>.');
}
