import { type Alert, alerts } from './alerts.ts';
import type { Env } from './env.ts';
import { RequestError } from './errors.ts';
import { VERSION } from './version.ts';

export interface Health {
  status: 'ok' | 'degraded';
  version: string;
  alerts: Alert[];
}

/**
 * `GET /healthz`: the version, once collector, database and (in development) the shop answer.
 * `degraded`: it works, but somebody should look at the `alerts`. They are what the isolate that answers has seen.
 *
 * @throws RequestError 503 naming what does not answer
 */
export async function health(env: Env): Promise<Health> {
  await answering('database', () => env.DB.prepare('SELECT 1 FROM sites LIMIT 1').first());
  const shop = env.SHOP_URL;
  if (shop) {
    await answering('shop', async () => {
      const response = await fetch(`${shop}/healthz`);
      await response.body?.cancel();
      if (!response.ok) throw new Error(`HTTP ${response.status}`);
    });
  }
  const standing = alerts();
  return { status: standing.length > 0 ? 'degraded' : 'ok', version: VERSION, alerts: standing };
}

async function answering(what: string, ask: () => Promise<unknown>): Promise<void> {
  try {
    await ask();
  } catch (cause) {
    throw new RequestError('unavailable', `The ${what} does not answer: ${(cause as Error).message}`, 1);
  }
}
