import type { JsonObject } from '../../../sdk/src/message.ts';
import { setOwn } from '../message.ts';
import { prefixRange } from './prefix.ts';
import { profileRef } from './profile-ref.ts';

/** A fact of kind `member`: what a profile has said of an account that it belongs to. */
interface Membership {
  groupId: string;
  userId: string | null;
  anonymousId: string | null;
  traits: JsonObject;
  /** ISO 8601; of the newest `group` message. */
  at: string;
}

export interface AccountEntry {
  id: string;
  /** Its trait `name`, as the last of its members to say anything has it. */
  name: string | null;
  members: number;
  changedAt: string;
}

export interface Account {
  id: string;
  /** Of all members, the newest value of each. */
  traits: JsonObject;
  members: { ref: string | null; userId: string | null; at: string }[];
}

/** Of one account; the newest count. */
const MAX_MEMBERS = 1_000;
/** So many matches of a search are looked at, per field; whoever has more must say more. */
const MAX_MATCHES = 1_000;

const IS_MEMBER = "site = ?1 AND kind = 'member' AND row IS NOT NULL";

const ENTRY = `SELECT row ->> 'groupId' AS id, row ->> '$.traits.name' AS name, count(*) AS members, max(row ->> 'at') AS changedAt
  FROM facts WHERE ${IS_MEMBER} AND row ->> 'groupId'`;

const LIST = `${ENTRY} > ?2 GROUP BY row ->> 'groupId' ORDER BY row ->> 'groupId' LIMIT ?3`;

const SEARCH = `${ENTRY} IN (
    SELECT * FROM (SELECT DISTINCT row ->> 'groupId' FROM facts
      WHERE ${IS_MEMBER} AND row ->> 'groupId' >= ?4 AND row ->> 'groupId' < ?5 LIMIT ${MAX_MATCHES})
    UNION SELECT * FROM (SELECT DISTINCT row ->> 'groupId' FROM facts
      WHERE ${IS_MEMBER} AND lower(row ->> '$.traits.name') >= ?6 AND lower(row ->> '$.traits.name') < ?7 LIMIT ${MAX_MATCHES})
  ) AND row ->> 'groupId' > ?2 GROUP BY row ->> 'groupId' ORDER BY row ->> 'groupId' LIMIT ?3`;

/** Its parameters: site, id to go on after, limit; for a search two ranges, as written and lower-case. */
export function accountsSql(search: string): string {
  return search === '' ? LIST : SEARCH;
}

/**
 * One page of the accounts of a site, by id.
 *
 * @param search how their id or name (ASCII letters in any case) begins; empty: all
 * @param after the id with which the page before ended, or an empty text
 */
export async function listAccounts(
  db: D1Database,
  site: string,
  search: string,
  after: string,
  limit: number,
): Promise<{ items: AccountEntry[]; cursor: string | null }> {
  const ranges = search === '' ? [] : [...prefixRange(search), ...prefixRange(asciiLower(search))];
  const { results } = await db
    .prepare(accountsSql(search))
    .bind(site, after, limit + 1, ...ranges)
    .all<AccountEntry>();
  const items = results.slice(0, limit);
  return { items, cursor: results.length > limit ? (items.at(-1)?.id ?? null) : null };
}

export async function readAccount(db: D1Database, site: string, id: string): Promise<Account | null> {
  const { results } = await db
    .prepare(
      `SELECT row FROM facts WHERE ${IS_MEMBER} AND row ->> 'groupId' = ?2 ORDER BY row ->> 'at' DESC, key LIMIT ?3`,
    )
    .bind(site, id, MAX_MEMBERS)
    .all<{ row: string }>();
  const memberships = results.map(({ row }) => JSON.parse(row) as Membership);
  if (memberships.length === 0) return null;
  return {
    id,
    traits: mergedTraits(memberships),
    members: memberships.map(({ userId, anonymousId, at }) => ({
      ref: profileRef(userId, anonymousId),
      userId,
      at,
    })),
  };
}

/** @param newestFirst of two that say the same trait, the newer counts */
export function mergedTraits(newestFirst: readonly Pick<Membership, 'traits'>[]): JsonObject {
  const merged: JsonObject = {};
  for (const { traits } of [...newestFirst].reverse()) {
    for (const [name, value] of Object.entries(traits)) setOwn(merged, name, value);
  }
  return merged;
}

/** As SQLite's `lower` does. */
function asciiLower(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
