import type { Identifiers } from '../message.ts';
import { hmac } from '../signing.ts';

/** What names a person below the user id, the strongest first. */
const CONTACTS = [
  ['email', 'e'],
  ['phone', 'p'],
  ['loyaltyCard', 'l'],
] as const satisfies [keyof Identifiers, string][];

/** Name of the object of a device. */
export function deviceName(site: string, anonymousId: string): string {
  return `a:${site}:${anonymousId}`;
}

/** Name of the object of a known person. The user id is hidden: names stand in logs. */
export async function personName(site: string, userId: string, key: string): Promise<string> {
  return `u:${site}:${await hmac('person', `${site}:${userId}`, key)}`;
}

/** Names of the objects of those who are known by an e-mail, a phone or a card alone; the strongest first. */
export async function contactNames(site: string, identifiers: Identifiers, key: string): Promise<string[]> {
  const names: string[] = [];
  for (const [kind, letter] of CONTACTS) {
    const value = identifiers[kind];
    if (value) names.push(`c:${site}:${letter}${await hmac('contact', `${site}:${kind}:${value}`, key)}`);
  }
  return names;
}

/** Links lead upwards in this order only: device, card, phone, e-mail, user id. So they end, and never turn in a circle. */
export function rankOf(name: string): number {
  if (name.startsWith('u:')) return 4;
  if (name.startsWith('a:')) return 0;
  return 3 - CONTACTS.findIndex(([, letter]) => name.split(':')[2]?.startsWith(letter));
}

export function isAnonymous(name: string): boolean {
  return name.startsWith('a:');
}

/** The site in an object's name. */
export function siteOf(name: string): string {
  return name.split(':')[1] ?? '';
}

/** The id in the name of a device's object. */
export function anonymousIdOf(name: string): string {
  return name.split(':').slice(2).join(':');
}
