import { zValidator } from '@hono/zod-validator';
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { z } from 'zod';
import { faultsOf } from '../campaigns/logic.ts';
import { error, listed } from '../campaigns/problem.ts';
import type { PlacedRule } from '../campaigns/rules-in.ts';
import { type Campaign, definitionId, type PublishedStatus } from '../campaigns/schema.ts';
import { loadContext, type Named, NOTHING_NAMED, type SiteContext } from '../campaigns/site-context.ts';
import type { Definition, DefinitionStore, Expected } from '../campaigns/storage.ts';
import type { Problem } from '../campaigns/validate.ts';
import type { Env } from '../env.ts';
import { RequestError } from '../errors.ts';
import { cleanJson } from '../ingest/clean-json.ts';
import { currentSite, type Site, siteChanged } from '../sites.ts';
import { explainInvalid } from './explain-invalid.ts';

const MAX_DRAFT_DEPTH = 64;

export type C = Context<{ Bindings: Env }>;

/** Validation descends into the body: what is nested without end must not get there. */
const limitDepth: MiddlewareHandler = async (c, next) => {
  const body: unknown = await c.req.json().catch(() => null);
  if (typeof body === 'object' && body !== null && cleanJson(body, MAX_DRAFT_DEPTH) === null) {
    throw new RequestError('bad_request', `The draft is nested deeper than ${MAX_DRAFT_DEPTH} levels.`);
  }
  await next();
};

export const duplicateRequest = z.strictObject({
  id: definitionId,
  name: z.string().min(1).max(200).optional(),
});
export const fromTemplateRequest = z.strictObject({
  template: z.string().min(1).max(63),
  /** The template's when absent. */
  id: definitionId.exactOptional(),
  name: z.string().min(1).max(200).exactOptional(),
});
export const rollbackRequest = z.strictObject({ version: z.number().int().min(1) });

/** What all of them have. */
export interface Draft {
  id: string;
  name: string;
}

/** What is edited as a draft and published in versions: campaigns, segments. */
export interface Kind<D extends Draft> {
  /** In sentences. */
  noun: string;
  store: DefinitionStore<D, unknown>;
  schema: z.ZodType<D>;
  rulesIn(draft: D): PlacedRule[];
  /** What of its site a draft names. */
  namedBy?(draft: D): Named;
  /** What is wrong with a draft, or may be. */
  validate(draft: D, context: SiteContext): Problem[];
  /** A draft that is ready to be published; `undefined`: there is no such template. */
  fromTemplate?(template: string, change: Partial<Draft>): D | undefined;
  /** Which of these campaigns would miss it. */
  usersOf?(id: string, campaigns: readonly Campaign[]): Campaign[];
  /** Deletes what is left of it elsewhere in D1. Must bear being repeated. */
  forget?(db: D1Database, site: string, id: string): Promise<void>;
}

/** The routes that all of them share. */
export function definitions<D extends Draft>(kind: Kind<D>) {
  const { noun, store, schema, rulesIn, namedBy, validate, fromTemplate, usersOf, forget } = kind;
  const site = (c: C) => c.req.param('site') ?? '';
  const id = (c: C) => c.req.param('id') ?? '';

  const requireSite = async (c: C): Promise<Site> => {
    const found = await currentSite(c.env.DB, site(c), Date.now());
    if (!found) throw new RequestError('not_found', 'There is no such site.');
    return found;
  };
  /** A rule that can never be evaluated is not even kept. */
  const requireRules = (draft: D) => {
    for (const { path, rule } of rulesIn(draft)) {
      const [fault] = faultsOf(rule);
      if (fault) throw new RequestError('bad_request', `"${path}${fault.pointer}": ${fault.message}`);
    }
  };
  const problemsOf = async (c: C, { draft, fault }: Pick<Definition<D>, 'draft' | 'fault'>) => {
    if (fault !== null) return [error('', `It does not fit this version of Beckon. ${fault}`)];
    const named = namedBy?.(draft) ?? NOTHING_NAMED;
    const context = await loadContext(c.env, await requireSite(c), named, Date.now());
    return validate(draft, context);
  };
  const required = async (c: C): Promise<Definition<D>> => {
    const found = await store.get(c.env.DB, site(c), id(c));
    if (!found) throw new RequestError('not_found', `There is no such ${noun}.`);
    return found;
  };
  const answer = async (c: C, record: Definition<D>, status: 200 | 201 = 200) => {
    c.header('ETag', `"${record.revision}"`);
    return c.json({ ...toJson(record), problems: await problemsOf(c, record) }, status);
  };
  const changed = async (c: C, record: Definition<D>) => {
    await siteChanged(c.env, site(c));
    return answer(c, record);
  };
  const setStatus = async (
    c: C,
    status: PublishedStatus,
    from: readonly PublishedStatus[],
  ): Promise<Definition<D>> => {
    const record = await store.setStatus(c.env.DB, site(c), id(c), status, from, Date.now());
    if (record) return record;
    const { status: stands } = await required(c);
    const why = stands === 'draft' ? 'was never published' : 'has ended; publish it to start it again';
    throw new RequestError('conflict', `This ${noun} ${why}.`);
  };
  /** What live campaigns refer to stays as it is. */
  const requireUnused = async (c: C) => {
    if (!usersOf) return;
    const { campaigns } = await loadContext(c.env, await requireSite(c), NOTHING_NAMED, Date.now());
    const users = usersOf(id(c), campaigns);
    if (users.length === 0) return;
    const who = listed(users.slice(0, 3).map(({ name }) => name));
    const rest = users.length > 3 ? ` and ${users.length - 3} more` : '';
    throw new RequestError(
      'conflict',
      `Live campaigns use this ${noun}: ${who}${rest}. Pause or end them first.`,
    );
  };
  /** The answer to who wants to publish what has errors; `null`: it has none. */
  const refusal = async (c: C, definition: Pick<Definition<D>, 'draft' | 'fault'>) => {
    const problems = await problemsOf(c, definition);
    const first = problems.find(({ severity }) => severity === 'error');
    if (!first) return null;
    const message = `${first.pointer && `"${first.pointer}": `}${first.message}`;
    return c.json({ success: false, error: { code: 'invalid', message }, problems }, 422);
  };
  const conflict = (c: C) =>
    c.json(
      {
        success: false,
        error: { code: 'conflict', message: 'Somebody else changed this draft. Load it again.' },
      },
      412,
    );
  const create = async (c: C, draft: D) => {
    requireRules(draft);
    await requireSite(c);
    const record = await store.put(c.env.DB, site(c), draft, 0, Date.now());
    if (!record) throw new RequestError('conflict', `There is a ${noun} with the id "${draft.id}" already.`);
    return answer(c, record, 201);
  };

  const routes = new Hono<{ Bindings: Env }>()
    .get('/', async (c) => {
      const items = await store.list(c.env.DB, site(c));
      return c.json({ items: items.map(toJson), cursor: null });
    })
    .post('/', limitDepth, zValidator('json', schema, explainInvalid), (c) =>
      create(c, c.req.valid('json') as D),
    )
    .get('/:id', async (c) => answer(c, await required(c)))
    .put('/:id', limitDepth, zValidator('json', schema, explainInvalid), async (c) => {
      const draft = c.req.valid('json') as D;
      if (draft.id !== id(c)) throw new RequestError('bad_request', '"id" must be the one in the address.');
      requireRules(draft);
      await requireSite(c);
      const record = await store.put(c.env.DB, site(c), draft, expectedRevision(c), Date.now());
      return record ? answer(c, record) : conflict(c);
    })
    .delete('/:id', async (c) => {
      const record = await required(c);
      if (!isExpected(c, record)) return conflict(c);
      if (record.status === 'live') {
        throw new RequestError('conflict', `This ${noun} is live. Pause or end it first.`);
      }
      await requireUnused(c);
      await forget?.(c.env.DB, site(c), id(c));
      if (!(await store.remove(c.env.DB, site(c), id(c), record.revision))) return conflict(c);
      await siteChanged(c.env, site(c));
      return c.json({ success: true });
    })
    .post('/:id/publish', async (c) => {
      const record = await required(c);
      if (!isExpected(c, record)) return conflict(c);
      const refused = await refusal(c, record);
      if (refused) return refused;
      const published = await store.publish(c.env.DB, site(c), record, Date.now());
      return published ? changed(c, published) : conflict(c);
    })
    .post('/:id/pause', async (c) => {
      await requireUnused(c);
      return changed(c, await setStatus(c, 'paused', ['live']));
    })
    .post('/:id/resume', async (c) => changed(c, await setStatus(c, 'live', ['paused'])))
    .post('/:id/end', async (c) => {
      await requireUnused(c);
      return changed(c, await setStatus(c, 'ended', ['live', 'paused']));
    })
    .post('/:id/rollback', zValidator('json', rollbackRequest, explainInvalid), async (c) => {
      const record = await required(c);
      if (!isExpected(c, record)) return conflict(c);
      const { version } = c.req.valid('json');
      const earlier = await store.version(c.env.DB, site(c), id(c), version);
      if (!earlier) throw new RequestError('not_found', `This ${noun} has no version ${version}.`);
      const refused = await refusal(c, earlier);
      if (refused) return refused;
      const back = await store.rollback(c.env.DB, site(c), id(c), version, record.revision, Date.now());
      return back ? changed(c, back) : conflict(c);
    })
    .post('/:id/duplicate', zValidator('json', duplicateRequest, explainInvalid), async (c) => {
      const { draft } = fitting(await required(c));
      const { id: copy, name = `${draft.name} (copy)`.slice(0, 200) } = c.req.valid('json');
      return create(c, { ...draft, id: copy, name });
    })
    .get('/:id/versions', async (c) => {
      await required(c);
      return c.json({ items: await store.versions(c.env.DB, site(c), id(c)), cursor: null });
    });
  if (fromTemplate) {
    routes.post('/from-template', zValidator('json', fromTemplateRequest, explainInvalid), (c) => {
      const { template, ...change } = c.req.valid('json');
      const draft = fromTemplate(template, change);
      if (!draft) throw new RequestError('not_found', 'There is no such template. See /api/templates.');
      return create(c, draft);
    });
  }
  return routes;
}

/** @throws RequestError 409 when another version of the collector has stored the draft, and this one cannot use it */
export function fitting<D>(record: Definition<D>): Definition<D> {
  if (record.fault === null) return record;
  throw new RequestError('conflict', `The draft does not fit this version of Beckon. ${record.fault}`);
}

/**
 * The revision that the editor has seen, by `If-Match`; `null`: any, or none. A proxy that compresses may have weakened
 * it. What was never an `ETag` here is met by nothing.
 */
function expectedRevision(c: C): Expected {
  const ifMatch = c.req.header('If-Match')?.trim();
  if (ifMatch === undefined) return null;
  if (ifMatch === '*') return '*';
  const [, revision] = /^(?:W\/)?"([1-9]\d{0,14})"$/.exec(ifMatch) ?? [];
  return revision === undefined ? NEVER : Number(revision);
}

/** No draft has this revision. */
const NEVER = -1;

/** Whether the editor has seen this revision, or does not care. */
function isExpected(c: C, { revision }: { revision: number }): boolean {
  const expected = expectedRevision(c);
  return expected === null || expected === '*' || expected === revision;
}

function toJson<D extends object>({ draft, status, revision, liveVersion, createdAt }: Definition<D>) {
  return { ...draft, status, revision, liveVersion, createdAt };
}
