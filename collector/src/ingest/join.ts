import type { Env } from '../env.ts';

/**
 * What this isolate has joined lately, and until when it need not ask again, ms since the epoch. An erasure in another
 * isolate is noticed when that time is over: until then an e-mail that was erased may not be told whose it is.
 */
let joined = new Map<string, number>();
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
  const known = joined;
  if ((known.get(key) ?? 0) > now) return;
  await env.PROFILES.getByName(contact).join(person, certain);
  // If somebody was erased meanwhile, this map is the old one.
  if (known.size >= MAX_JOINED) known.clear();
  known.set(key, now + TTL_MS);
}

/** After somebody was erased: his e-mail, phone and card know nothing of him any more. */
export function forgetJoins(): void {
  joined = new Map();
}
