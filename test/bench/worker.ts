import { DurableObject } from 'cloudflare:workers';
import { app } from '../../collector/src/app.ts';
import type { Env } from '../../collector/src/env.ts';
import { Profile as CollectorProfile } from '../../collector/src/profile/profile.ts';
import type { RowsWritten } from '../support/rows.ts';
import { countRows } from '../support/workerd/rows-written.ts';
import { makePushes } from './make-pushes.ts';

let rows: RowsWritten | null = null;
/** Calls of profiles, alarms included. */
let calls = 0;

/** The collector's, which can be told to sleep and to wake. */
export class Profile extends CollectorProfile {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    rows ??= countRows(ctx.storage, env.DB);
  }

  override ingest(...args: Parameters<CollectorProfile['ingest']>): ReturnType<CollectorProfile['ingest']> {
    calls++;
    return super.ingest(...args);
  }

  /** As if its alarm went off now. Objects that have gone on to a person do not hold anything any more. */
  wake(): Promise<void> {
    calls++;
    return this.alarm();
  }

  sleep(): void {
    this.ctx.abort();
  }
}

/** An object that does no more than write. */
export class Floor extends DurableObject<BenchEnv> {
  constructor(ctx: DurableObjectState, env: BenchEnv) {
    super(ctx, env);
    ctx.storage.sql.exec(
      'CREATE TABLE IF NOT EXISTS rows (k TEXT PRIMARY KEY, v TEXT NOT NULL) WITHOUT ROWID',
    );
  }

  oneRow(text: string): void {
    this.#put('state', text);
  }

  twoRows(id: string, text: string): void {
    this.ctx.storage.transactionSync(() => {
      this.#put('state', text);
      this.#put(id, text);
    });
  }

  #put(key: string, text: string): void {
    this.ctx.storage.sql.exec(
      'INSERT INTO rows (k, v) VALUES (?, ?) ON CONFLICT (k) DO UPDATE SET v = excluded.v',
      key,
      text,
    );
  }
}

interface BenchEnv extends Env {
  PROFILES: DurableObjectNamespace<Profile>;
  FLOORS: DurableObjectNamespace<Floor>;
}

/** What was counted since it was asked last. */
function counts(): Response {
  const answer = Response.json({ rows: rows ?? { object: 0, d1: 0, alarms: 0 }, calls });
  if (rows) Object.assign(rows, { object: 0, d1: 0, alarms: 0 });
  calls = 0;
  return answer;
}

const clock = Date.now;

async function later(ms: number, visitors: string[], env: BenchEnv): Promise<Response> {
  Date.now = () => clock() + ms;
  try {
    for (const visitor of visitors) await env.PROFILES.getByName(`a:bench:${visitor}`).wake();
  } finally {
    Date.now = clock;
  }
  return new Response();
}

async function floor(kind: string, request: Request, env: BenchEnv): Promise<Response> {
  const { searchParams } = new URL(request.url);
  if (kind === 'counts') return counts();
  if (kind === 'push') return makePushes(searchParams, env);
  if (kind === 'later') return later(Number(searchParams.get('ms')), await request.json(), env);
  if (kind === 'sleep') {
    await env.PROFILES.getByName(`a:bench:${searchParams.get('visitor')}`)
      .sleep()
      .catch(() => {});
    return new Response();
  }
  const text = await request.text();
  const body: { batch: { anonymousId: string }[] } = JSON.parse(text);
  const visitor = body.batch[0]?.anonymousId ?? '';
  if (kind === 'one-row') await env.FLOORS.getByName(visitor).oneRow(text);
  if (kind === 'durable') {
    const id = crypto.randomUUID();
    await env.FLOORS.getByName(visitor).twoRows(id, text);
    await env.DB.prepare(
      `INSERT INTO chunks (site, id, profile, epoch, first_at, last_at, messages) VALUES ('floor', ?, ?, 0, '', '', ?)`,
    )
      .bind(id, visitor, text)
      .run();
  }
  return Response.json(body);
}

export default {
  fetch(request: Request, env: BenchEnv, ctx: ExecutionContext): Response | Promise<Response> {
    const kind = /^\/floor\/([\w-]+)$/.exec(new URL(request.url).pathname)?.[1];
    return kind ? floor(kind, request, env) : app.fetch(request, env, ctx);
  },
};
