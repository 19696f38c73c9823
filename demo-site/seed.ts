import { readFileSync } from 'node:fs';
import { freeShipping } from './campaign.ts';
import { history } from './history.ts';

/** The demo site's keys. The browser key is public by nature; the server key is not a secret only here. */
export const DEMO = { site: 'demo', browserKey: 'demo', serverKey: 'demo-server' };

/**
 * Sets the demo site up through the management API, and fills a new one with a history of visits.
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
  await api('PUT', '/api/sites/demo', { name: 'Demo shop', currency: 'USD', origins, browserKey, serverKey });

  // The campaign comes last: where it is, the history is complete.
  const campaign = `/api/sites/demo/campaigns/${freeShipping.id}`;
  const { items } = (await api('GET', '/api/sites/demo/campaigns')) as { items: { id: string }[] };
  if (items.some(({ id }) => id === freeShipping.id)) return;
  const products = JSON.parse(readFileSync(new URL('./products.json', import.meta.url), 'utf8'));
  for (const visit of history(products, shop, now)) {
    const response = await fetch(`${collector}/v1/batch`, {
      method: 'POST',
      body: JSON.stringify({ writeKey: serverKey, batch: visit, sentAt: new Date(now).toISOString() }),
    });
    if (!response.ok) throw new Error(`The history was refused: ${response.status} ${await response.text()}`);
    await response.body?.cancel();
  }
  await api('PUT', campaign, freeShipping);
  await api('POST', `${campaign}/publish`);
}
