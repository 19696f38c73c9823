import { type Alert, alerts, setAlerts } from './alerts.ts';
import type { Env } from './env.ts';
import { RequestError } from './errors.ts';
import { testOriginFaults } from './push/endpoint.ts';
import { stoppedSites } from './push/refusals.ts';
import { VERSION } from './version.ts';

export interface Health {
  status: 'ok' | 'degraded';
  version: string;
  alerts: Alert[];
}

/** In alerts, where the site would stand. */
const EVERY_SITE = '*';

/**
 * `GET /healthz`: the version, once collector, database and (in development) the shop answer.
 * `degraded`: it works, but somebody should look at the `alerts`. They are what the isolate that answers has
 * seen, and what the database knows of push messages.
 *
 * @throws RequestError 503 naming what does not answer
 */
export async function health(env: Env): Promise<Health> {
  const stopped = await answering('database', () => stoppedSites(env.DB));
  const shop = env.SHOP_URL;
  if (shop) {
    await answering('shop', async () => {
      const response = await fetch(`${shop}/healthz`);
      await response.body?.cancel();
      if (!response.ok) throw new Error(`HTTP ${response.status}`);
    });
  }
  setAlerts(EVERY_SITE, testOriginFaults(env), Date.now());
  const standing = [...alerts(), ...stopped];
  return { status: standing.length > 0 ? 'degraded' : 'ok', version: VERSION, alerts: standing };
}

async function answering<T>(what: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    throw new RequestError('unavailable', `The ${what} does not answer: ${(cause as Error).message}`, 1);
  }
}
