/**
 * Erases the sessions and orders that a profile has stated of one of its devices. Reads all of the site's: for the rare
 * person who has more of them than his profile remembers.
 */
export async function forgetFacts(
  db: D1Database,
  site: string,
  profile: string,
  anonymousId: string,
): Promise<void> {
  await db
    .prepare(
      `DELETE FROM facts
       WHERE site = ?1 AND kind IN ('session', 'order', 'exposure') AND profile = ?2 AND row ->> 'anonymousId' = ?3`,
    )
    .bind(site, profile, anonymousId)
    .run();
}
