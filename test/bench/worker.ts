import { DurableObject } from 'cloudflare:workers';
import { app } from '../../collector/src/app.ts';
import type { Env } from '../../collector/src/env.ts';

export { Profile } from '../../collector/src/profile/profile.ts';

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
  FLOORS: DurableObjectNamespace<Floor>;
}

async function floor(kind: string, request: Request, env: BenchEnv): Promise<Response> {
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
