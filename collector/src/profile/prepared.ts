import type { PushMessage } from '../push/send.ts';
import type { StoredSubscription } from '../push/subscription.ts';

/** A delivery with everything filled in, for whoever sends it. */
export interface Prepared {
  id: string;
  channel: 'push';
  subscription: StoredSubscription;
  message: PushMessage;
}
