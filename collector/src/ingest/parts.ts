import type { Accepted, StoredMessage } from '../message.ts';
import type { Trust } from '../profile/link.ts';
import { contactNames, personName } from '../profile/profile-name.ts';
import type { Site } from '../sites.ts';
import { normalEmail } from './identifiers.ts';

/** Consecutive messages of one device, as long as the same person, or nobody, is named. */
export interface Part {
  /** `null`: of no device. */
  anonymousId: string | null;
  /** Name of the object of the person who is named; of an e-mail, phone or card where no user id is. */
  person: string | null;
  trust: Trust;
  messages: StoredMessage[];
  /** Objects of e-mails, phones and cards that are this person's. */
  joins: string[];
  /** Whether a server said so, or a proof; and not just a browser of a site that wants none. */
  certain: boolean;
}

interface Naming {
  person: string | null;
  trust: Trust;
  joins: string[];
  certain: boolean;
}

/** The messages of a request by visitor, each visitor's in parts of one person. */
export async function partsOf(accepted: readonly Accepted[], site: Site, key: string): Promise<Part[][]> {
  const visitors = new Map<string, Part[]>();
  const name = namer(site, key);
  const add = (anonymousId: string | null, naming: Naming, message?: StoredMessage) => {
    const { person, trust, certain } = naming;
    const visitor = anonymousId === null ? `person:${person}` : `device:${anonymousId}`;
    const parts = visitors.get(visitor) ?? [];
    let part = parts.at(-1);
    if (part?.person !== person || part.trust !== trust || part.certain !== certain) {
      part = { anonymousId, person, trust, messages: [], joins: [], certain };
      parts.push(part);
    }
    if (message) part.messages.push(message);
    part.joins = [...new Set([...part.joins, ...naming.joins])];
    visitors.set(visitor, parts);
  };
  for (const { message, proof, referred } of accepted) {
    const named = await name(message, proof);
    const naming: Naming =
      named.person === null && referred ? { ...named, person: referred, trust: 'referred' } : named;
    add(message.anonymousId ?? null, naming, message);
    const { previousId } = message;
    if (message.type !== 'alias' || !previousId || previousId === message.anonymousId) continue;
    if (!previousId.includes('@')) {
      // Another device may be somebody's who has proven that it is.
      if (isBelieved(site, proof)) add(previousId, { ...naming, joins: [] });
      continue;
    }
    const email = normalEmail(previousId);
    if (email === null) continue;
    const joins = certain(await contactNames(site.id, { email }, key), { email }, site, proof);
    if (joins.length > 0) add(message.anonymousId ?? null, { ...naming, joins });
  }
  return [...visitors.values()];
}

/** Whom a message names. A batch names the same people over and over; each is hashed once. */
function namer(
  site: Site,
  key: string,
): (message: StoredMessage, proof: Accepted['proof']) => Promise<Naming> {
  const hashed = new Map<string, Promise<string[]>>();
  const once = (text: string, hash: () => Promise<string[]>) => {
    const known = hashed.get(text) ?? hash();
    hashed.set(text, known);
    return known;
  };
  return async ({ userId, identifiers }, proof) => {
    const contacts = identifiers
      ? await once(JSON.stringify(identifiers), () => contactNames(site.id, identifiers, key))
      : [];
    if (!userId) {
      const [person = null, ...weaker] = contacts;
      const told = proof.kind === 'server';
      return { person, trust: told ? 'trusted' : 'claimed', joins: told ? weaker : [], certain: told };
    }
    const [person = ''] = await once(`u:${userId}`, async () => [await personName(site.id, userId, key)]);
    const trusted = site.settings.identity === 'off' || proof.kind !== 'none';
    const joins = certain(contacts, identifiers, site, proof);
    return { person, trust: trusted ? 'trusted' : 'claimed', joins, certain: proof.kind !== 'none' };
  };
}

/** Whether everything that is said is taken as it is. */
function isBelieved(site: Site, proof: Accepted['proof']): boolean {
  return proof.kind === 'server' || site.settings.identity === 'off';
}

/** Which of the e-mail, phone and card beside a user id are his for certain. */
function certain(
  contacts: readonly string[],
  identifiers: StoredMessage['identifiers'],
  site: Site,
  proof: Accepted['proof'],
): string[] {
  if (isBelieved(site, proof)) return [...contacts];
  const email = identifiers?.email;
  return proof.kind === 'proven' && email !== undefined && proof.email === email ? contacts.slice(0, 1) : [];
}
