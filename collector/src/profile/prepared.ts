import type { PushMessage } from '../push/send.ts';
import type { StoredSubscription } from '../push/subscription.ts';
import type { WebhookMessage } from '../webhooks/send.ts';

/** A delivery with everything filled in, for whoever sends it. */
export type Prepared =
  | { channel: 'push'; subscription: StoredSubscription; message: PushMessage }
  | { channel: 'webhook'; message: WebhookMessage };

/** The browser that a push goes to. */
export function endpointOf(prepared: Prepared): string | null {
  return prepared.channel === 'push' ? prepared.subscription.endpoint : null;
}
