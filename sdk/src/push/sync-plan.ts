import type { PushMemory } from './memory.ts';

/** ms after which the collector hears of a subscription again, as a sign of life. */
const FRESH_MS = 7 * 86_400_000;

export interface Found {
  permission: NotificationPermission;
  /** The site's VAPID public key. */
  key: string;
  /** What is subscribed at our worker, and with which key. */
  subscription: { endpoint: string; key: string } | null;
  anonymousId: string;
  /** Whether the site takes over what another tool has subscribed. */
  takesOver: boolean;
}

/**
 * What a visit does about the subscription, without asking anybody.
 * @returns `put`: tells the collector of it; `renew`: ends it, if there is one, and subscribes with the site's key; `end`: tells
 * that it is over
 */
export function planSync(
  { sent, off }: PushMemory,
  { permission, key, subscription, anonymousId, takesOver }: Found,
  now: number,
): 'put' | 'renew' | 'end' | 'nothing' {
  if (permission !== 'granted') return sent ? 'end' : 'nothing';
  if (off) return 'nothing';
  // In a worker that the shop shares with another tool, a foreign key is the other tool's.
  if (subscription?.key !== key) return sent || takesOver ? 'renew' : 'nothing';
  const isKnown =
    sent?.endpoint === subscription.endpoint &&
    sent.key === key &&
    sent.anonymousId === anonymousId &&
    now - sent.at < FRESH_MS;
  return isKnown ? 'nothing' : 'put';
}
