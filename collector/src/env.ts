import type { Broadcast } from './broadcasts/broadcast.ts';
import type { Profile } from './profile/profile.ts';

/** A delivery that somebody else sends: the name of the profile's object, and the delivery's id. */
export interface DeliveryTask {
  profile: string;
  id: string;
  /** Of the delivery, ms since the epoch: an older task is not heeded, nor one that a queue brings twice. */
  tryAt: number;
}

/** Bindings, secrets and variables of the Worker (wrangler.toml; secrets.env in development). */
export interface Env {
  DB: D1Database;
  PROFILES: DurableObjectNamespace<Profile>;
  /** One object for each broadcast: its name is `<site>:<id>`. */
  BROADCASTS: DurableObjectNamespace<Broadcast>;
  /** What each site is decided by, as it was last published: see snapshot.ts. */
  SNAPSHOTS: KVNamespace;
  ASSETS: Fetcher;
  /** The files of the picture library: pictures/library.ts. */
  PICTURES: R2Bucket;
  /** In production, messages and facts go through it to the store; without it they are written at once. */
  EVENTS?: Queue<string>;
  /** In production, every chunk that the queue brings is kept here too. */
  ARCHIVE?: R2Bucket;
  /** In production, messages of journeys and broadcasts are sent by its consumer; without it by their objects. */
  DELIVERIES?: Queue<DeliveryTask>;
  /** Opens the management API. */
  ADMIN_TOKEN: string;
  /** Signs the ids of armed messages and hides user ids in object names. Changing it orphans known people. */
  SIGNING_KEY: string;
  /** Development only: the demo shop, which `/healthz` waits for. */
  SHOP_URL?: string;
  /** Tests only: origins of push services besides those that browsers use, separated by commas. Ignored in production. */
  PUSH_TEST_ORIGINS?: string;
}
