import { LAST_CHARACTER, prefixRange } from './prefix.ts';
import { profileRef } from './profile-ref.ts';

/** A known person, as the directory lists it: a fact of kind `profile`. */
export interface DirectoryEntry {
  /** What `/profiles/:ref` takes; `null` when it has neither a user id nor a device nor an e-mail. */
  ref: string | null;
  userId: string | null;
  email: string | null;
  phone: string | null;
  name: string | null;
  /** ISO 8601. */
  firstSeen: string;
  changedAt: string;
}

/** Where a page ended. */
export type DirectoryCursor = [changedAt: string, key: string];

/** So many matches of a search are sorted, per field; whoever has more must say more. */
const MAX_MATCHES = 1_000;

const IS_ENTRY = "site = ?1 AND kind = 'profile' AND row IS NOT NULL";
const PAGE = `(row ->> 'changedAt' <= ?2 AND (row ->> 'changedAt' < ?2 OR key > ?3))
  ORDER BY row ->> 'changedAt' DESC, key LIMIT ?4`;

const LIST = `SELECT key, row FROM facts WHERE ${IS_ENTRY} AND ${PAGE}`;

const matches = (field: string, from: string, to: string) =>
  `SELECT * FROM (SELECT key, row FROM facts
    WHERE ${IS_ENTRY} AND row ->> '${field}' >= ${from} AND row ->> '${field}' < ${to} LIMIT ${MAX_MATCHES})`;

const SEARCH = `SELECT key, row FROM (
    ${matches('email', '?5', '?6')} UNION ${matches('searchName', '?5', '?6')} UNION ${matches('userId', '?7', '?8')}
  ) WHERE ${PAGE}`;

/** Its parameters: site, where to go on (time, key), limit; for a search two ranges, lower-case and as written. */
export function directorySql(search: string): string {
  return search === '' ? LIST : SEARCH;
}

/**
 * One page of the people of a site, changed last first.
 *
 * @param search how their e-mail, name (both in any case) or user id begins; empty: all
 * @param after where the page before ended
 */
export async function listDirectory(
  db: D1Database,
  site: string,
  search: string,
  after: DirectoryCursor | null,
  limit: number,
): Promise<{ items: DirectoryEntry[]; cursor: DirectoryCursor | null }> {
  const [changedAt, key] = after ?? [LAST_CHARACTER, ''];
  const lower = search.toLowerCase();
  const ranges = search === '' ? [] : [...prefixRange(lower), ...prefixRange(search)];
  const { results } = await db
    .prepare(directorySql(search))
    .bind(site, changedAt, key, limit + 1, ...ranges)
    .all<{ key: string; row: string }>();
  const page = results.slice(0, limit).map(({ key, row }) => ({ key, row: JSON.parse(row) }));
  const last = page.at(-1);
  return {
    items: page.map(({ row }) => toEntry(row)),
    cursor: results.length > limit && last ? [last.row.changedAt, last.key] : null,
  };
}

function toEntry(row: Omit<DirectoryEntry, 'ref'> & { anonymousId?: string | null }): DirectoryEntry {
  const { userId = null, anonymousId = null, email = null, phone = null, name = null } = row;
  const ref = profileRef(userId, anonymousId) ?? (email && `email:${email}`);
  return { ref, userId, email, phone, name, firstSeen: row.firstSeen, changedAt: row.changedAt };
}
