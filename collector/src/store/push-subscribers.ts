import { subscriptionPrefix } from '../profile/facts.ts';
import type { Subscription } from '../push/subscription.ts';

/** A browser that takes push messages, as another tool can reach it. */
export interface Subscriber extends Subscription {
  /** The public key that it was made with. */
  key: string;
  anonymousId: string;
  /** `null`: it is nobody's who is known by name. */
  userId: string | null;
  /** ISO 8601. */
  at: string;
}

const SUBSCRIPTIONS = "f.site = ?1 AND f.kind = 'subscription' AND f.row IS NOT NULL";

/**
 * A page of those whom a site reaches.
 *
 * @param after where the page before ended
 */
export async function listSubscribers(
  db: D1Database,
  site: string,
  after: string | null,
  limit: number,
): Promise<{ items: Subscriber[]; cursor: string | null }> {
  const { results } = await db
    .prepare(
      `SELECT f.key, f.row, person.row ->> 'userId' AS userId
       FROM facts f LEFT JOIN facts person ON person.site = f.site AND person.kind = 'profile' AND person.key = f.profile
       WHERE ${SUBSCRIPTIONS} AND f.key > ?2 ORDER BY f.key LIMIT ?3`,
    )
    .bind(site, after ?? '', limit + 1)
    .all<{ key: string; row: string; userId: string | null }>();
  const page = results.slice(0, limit);
  const items = page.map(({ row, userId }): Subscriber => {
    const { endpoint, p256dh, auth, key, anonymousId, at }: Omit<Subscriber, 'userId'> = JSON.parse(row);
    return { endpoint, p256dh, auth, key, anonymousId, userId, at };
  });
  return { items, cursor: results.length > limit ? (page.at(-1)?.key ?? null) : null };
}

/** Which of these browsers the site reaches already. */
export async function knownSubscribers(
  db: D1Database,
  site: string,
  endpoints: readonly string[],
): Promise<ReadonlySet<string>> {
  const byPrefix = new Map(endpoints.map((endpoint) => [subscriptionPrefix(endpoint), endpoint]));
  const { results } = await db
    .prepare(
      // The character behind the slash is the zero.
      `SELECT value AS prefix FROM json_each(?2) WHERE EXISTS (
         SELECT 1 FROM facts f WHERE ${SUBSCRIPTIONS} AND f.key >= value AND f.key < substr(value, 1, length(value) - 1) || '0')`,
    )
    .bind(site, JSON.stringify([...byPrefix.keys()]))
    .all<{ prefix: string }>();
  return new Set(results.flatMap(({ prefix }) => byPrefix.get(prefix) ?? []));
}

/** Names of the profiles that hold a browser for another device than this: it was that one's before. */
export async function formerHolders(
  db: D1Database,
  site: string,
  endpoint: string,
  anonymousId: string,
): Promise<string[]> {
  const prefix = subscriptionPrefix(endpoint);
  const { results } = await db
    .prepare(
      `SELECT f.profile FROM facts f WHERE ${SUBSCRIPTIONS} AND f.key >= ?2 AND f.key < ?3
         AND f.row ->> 'endpoint' = ?4 AND f.row ->> 'anonymousId' <> ?5 LIMIT 20`,
    )
    .bind(site, prefix, `${prefix.slice(0, -1)}0`, endpoint, anonymousId)
    .all<{ profile: string }>();
  return results.map(({ profile }) => profile);
}
