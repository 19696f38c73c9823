import type { Env } from '../env.ts';
import { D1EventStore } from './d1.ts';
import type { EventStore } from './event-store.ts';
import { QueueEventStore } from './queue.ts';

/** The store of this deployment: through the queue where one is bound, else D1 directly. */
export function eventStore(env: Pick<Env, 'DB' | 'EVENTS'>): EventStore {
  return env.EVENTS ? new QueueEventStore(env.EVENTS, env.DB) : new D1EventStore(env.DB);
}
