import type { Env } from '../env.ts';

/** What this isolate has joined lately, and until when it need not ask again, ms since the epoch. */
const joined = new Map<string, number>();
const TTL_MS = 60_000;
const MAX_JOINED = 10_000;

/** Tells an e-mail, phone or card whose it is. */
export async function join(
  contact: string,
  person: string,
  certain: boolean,
  env: Env,
  now: number,
): Promise<void> {
  const key = `${contact} ${person} ${certain}`;
  if ((joined.get(key) ?? 0) > now) return;
  await env.PROFILES.getByName(contact).join(person, certain);
  if (joined.size >= MAX_JOINED) joined.clear();
  joined.set(key, now + TTL_MS);
}
