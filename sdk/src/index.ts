import type { Beckon } from './api.ts';
import { createBeckon, type LoadChunk } from './client.ts';
import type { Options } from './options.ts';

export type { Beckon, CartCalls } from './api.ts';
export type { Cart, CartOptions, CartSnapshot, ItemReference } from './cart.ts';
export type { DeliveryAttempt } from './delivery.ts';
export type { BeckonError, Events, Listener, PopupEvent } from './events.ts';
export type {
  BatchAnswer,
  CommerceEvent,
  CommerceProperties,
  Item,
  Json,
  JsonObject,
  Message,
} from './message.ts';
export type { Options } from './options.ts';

// A static specifier, which bundlers split off.
const load: LoadChunk = () => import('./onsite/index.ts');

/**
 * The page's client.
 * @example
 * import { beckon } from 'beckon';
 * beckon.init({ writeKey: 'demo', endpoint: 'https://c.example' });
 * beckon.track('view_item', { items: [{ item_id: 'mug' }] });
 */
export const beckon: Beckon = createBeckon(load);

/** A further client, for a second site on the same page. */
export function createClient(options: Options): Beckon {
  const client = createBeckon(load);
  client.init(options);
  return client;
}
