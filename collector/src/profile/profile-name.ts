import { hmac } from '../signing.ts';

/** Name of the object of a device. */
export function deviceName(site: string, anonymousId: string): string {
  return `a:${site}:${anonymousId}`;
}

/** Name of the object of a known person. The user id is hidden: names stand in logs. */
export async function personName(site: string, userId: string, key: string): Promise<string> {
  return `u:${site}:${await hmac('person', `${site}:${userId}`, key)}`;
}

export function isPerson(name: string): boolean {
  return name.startsWith('u:');
}

/** The site in an object's name. */
export function siteOf(name: string): string {
  return name.split(':')[1] ?? '';
}
