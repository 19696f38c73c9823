import type { oracle } from './oracle.ts';

type Expected = NonNullable<ReturnType<typeof oracle>>;

/**
 * Of a profile JSON, what the oracle speaks of: further fields may come and go. Sums are rounded to the millionth, and
 * a revenue of nothing is no revenue.
 */
export function shown(profile: object | null): unknown {
  if (profile === null) return null;
  const { ids, sessions, orders, totals, ...rest } = profile as Expected;
  const compared = {
    ...pick(rest, 'traits', 'cart', 'counters', 'firstSeen', 'lastSeen'),
    ids: pick(ids, 'anonymousIds', 'userId'),
    sessions: sessions.map((session) =>
      pick(session, 'id', 'start', 'end', 'events', 'anonymousId', 'entry', 'referrer', 'campaign'),
    ),
    orders: orders.map((order) => ({
      ...pick(order, 'transactionId', 'at', 'value', 'currency', 'refunded', 'state', 'items', 'touches'),
    })),
    revenue: withoutZero(totals.revenue),
  };
  return JSON.parse(JSON.stringify(compared), (_, value) =>
    typeof value === 'number' ? rounded(value) : value,
  );
}

const withoutZero = (sums: Record<string, number>) =>
  Object.fromEntries(Object.entries(sums).filter(([, sum]) => rounded(sum) !== 0));
const rounded = (value: number) => Number(value.toFixed(6));
function pick<T extends object, K extends keyof T>(object: T, ...keys: K[]): Pick<T, K> {
  return Object.fromEntries(keys.map((key) => [key, object[key]])) as Pick<T, K>;
}
