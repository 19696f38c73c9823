import type { Beckon } from './api.ts';
import type { Chunks, LoadChunk } from './chunks.ts';
import { createBeckon } from './client.ts';
import { createEmitter } from './events.ts';
import type { Options } from './options.ts';

export type { Beckon, CartCalls, PushCalls } from './api.ts';
export type { Cart, CartOptions, ItemReference } from './cart.ts';
export type { DeliveryAttempt } from './delivery.ts';
export type { BeckonError, CartRestore, Events, Listener, PopupEvent } from './events.ts';
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
export type { PushStatus } from './push/index.ts';

// Static specifiers, which bundlers split off.
const CHUNKS: { [Name in keyof Chunks]: () => Promise<Chunks[Name]> } = {
  onsite: () => import('./onsite/index.ts'),
  extras: () => import('./onsite/extras/index.ts'),
  ecommerce: () => import('./modules/ecommerce.ts'),
  compat: () => import('./modules/compat.ts'),
  signals: () => import('./modules/signals.ts'),
  inspector: () => import('./modules/inspector.ts'),
  debug: () => import('./modules/debug.ts'),
  strange: () => import('./modules/strange.ts'),
  history: () => import('./capture/history.ts'),
  consent: () => import('./modules/consent.ts'),
  push: () => import('./push/index.ts'),
  landing: () => import('./modules/landing.ts'),
  linkDomains: () => import('./modules/link-domains.ts'),
};
const load: LoadChunk = (name) => CHUNKS[name]();

/**
 * The page's client.
 * @example
 * import { beckon } from 'beckon';
 * beckon.init({ writeKey: 'demo', endpoint: 'https://c.example' });
 * beckon.track('view_item', { items: [{ item_id: 'mug' }] });
 */
export const beckon: Beckon = createBeckon(load, createEmitter());

/** A further client, for a second site on the same page. */
export function createClient(options: Options): Beckon {
  const client = createBeckon(load, createEmitter());
  client.init(options);
  return client;
}
