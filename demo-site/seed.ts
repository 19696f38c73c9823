import { readFileSync } from 'node:fs';
import { freeShipping } from './campaign.ts';
import { history } from './history.ts';
import { people } from './people.ts';

/** The demo site's keys. The browser key is public by nature; the server key is not a secret only here. */
export const DEMO = { site: 'demo', browserKey: 'demo', serverKey: 'demo-server' };

/** Messages in one request, of which the collector takes 500 and 512 kB. */
const BATCH = 300;

/**
 * Sets the demo site up through the management API, and fills a new one with people and a history of visits.
 * Harmless to repeat: settings are replaced, the history is sent once.
 */
export async function seed(collector: string, shop: string, adminToken: string, now: number): Promise<void> {
  const api = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(collector + path, {
      method,
      headers: { Authorization: `Bearer ${adminToken}`, 'Content-Type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok)
      throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
    return response.json();
  };

  const { browserKey, serverKey } = DEMO;
  const origins = [shop, shop.replace('localhost', '127.0.0.1')];
  const money = { currency: 'USD', rates: { EUR: 1.08 } };
  await api('PUT', '/api/sites/demo', { name: 'Demo shop', ...money, origins, browserKey, serverKey });

  // The campaign comes last: where it is, the history is complete.
  const campaign = `/api/sites/demo/campaigns/${freeShipping.id}`;
  const { items } = (await api('GET', '/api/sites/demo/campaigns')) as { items: { id: string }[] };
  if (items.some(({ id }) => id === freeShipping.id)) return;
  const products = JSON.parse(readFileSync(new URL('./products.json', import.meta.url), 'utf8'));
  const messages = [...people(products, shop, now), ...history(products, shop, now)];
  for (let sent = 0; sent < messages.length; sent += BATCH) {
    const batch = messages.slice(sent, sent + BATCH);
    const response = await fetch(`${collector}/v1/batch`, {
      method: 'POST',
      body: JSON.stringify({ writeKey: serverKey, batch, sentAt: new Date(now).toISOString() }),
    });
    if (!response.ok) throw new Error(`The history was refused: ${response.status} ${await response.text()}`);
    await response.body?.cancel();
  }
  await api('PUT', campaign, freeShipping);
  await api('POST', `${campaign}/publish`);
}
