import { base64url } from 'jose';
import { isPoint, keyBytes } from './curve.ts';
import { pushService } from './endpoint.ts';

/** What a browser is reached by. Keys are base64url without padding. */
export interface Subscription {
  endpoint: string;
  p256dh: string;
  auth: string;
}

/** A subscription as the profile of its visitor keeps it. Times are ms since the epoch. */
export interface StoredSubscription extends Subscription {
  /** The public key of ours that it was made with; no other can reach it. */
  key: string;
  anonymousId: string;
  at: number;
  /** When the browser last gave a sign of life. */
  seenAt: number;
  /** A push service has taken a message for it: the key is the one that it was made with. */
  reached?: true;
  /** Origin of the collector, as the browser knows it: pictures of the library come from there. */
  collector?: string;
}

/**
 * A browser's `PushSubscription.toJSON()`, checked: the address is that of a push service, and the keys are keys.
 *
 * @param extraOrigins of test services: endpoint.ts
 */
export function readSubscription(
  json: unknown,
  extraOrigins: readonly string[],
): { subscription: Subscription } | { fault: string } {
  const { endpoint, keys } = objectOf(json);
  if (typeof endpoint !== 'string') {
    return { fault: '"subscription" must be what PushSubscription.toJSON() returns: it has no "endpoint".' };
  }
  if (!pushService(endpoint, extraOrigins)) {
    return { fault: '"subscription.endpoint" is not an address of a push service that browsers use.' };
  }
  const { p256dh, auth } = objectOf(keys);
  const point = typeof p256dh === 'string' && p256dh.length <= 100 ? keyBytes(p256dh) : null;
  if (!point || !isPoint(point)) {
    return { fault: '"subscription.keys.p256dh" must be a point of P-256 (65 bytes) in base64url.' };
  }
  const secret = typeof auth === 'string' && auth.length <= 30 ? keyBytes(auth) : null;
  if (secret?.length !== 16) return { fault: '"subscription.keys.auth" must be 16 bytes in base64url.' };
  return { subscription: { endpoint, p256dh: base64url.encode(point), auth: base64url.encode(secret) } };
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
