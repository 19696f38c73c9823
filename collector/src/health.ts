import type { Env } from './env.ts';
import { RequestError } from './errors.ts';
import { VERSION } from './version.ts';

/**
 * `GET /healthz`: the version, once collector, database and (in development) the shop answer.
 *
 * @throws RequestError 503 naming what does not answer
 */
export async function health(env: Env): Promise<{ status: 'ok'; version: string }> {
  await answering('database', () => env.DB.prepare('SELECT 1 FROM sites LIMIT 1').first());
  const shop = env.SHOP_URL;
  if (shop) {
    await answering('shop', async () => {
      const response = await fetch(`${shop}/healthz`);
      await response.body?.cancel();
      if (!response.ok) throw new Error(`HTTP ${response.status}`);
    });
  }
  return { status: 'ok', version: VERSION };
}

async function answering(what: string, ask: () => Promise<unknown>): Promise<void> {
  try {
    await ask();
  } catch (cause) {
    throw new RequestError('unavailable', `The ${what} does not answer: ${(cause as Error).message}`, 1);
  }
}
