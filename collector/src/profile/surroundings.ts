import type { JsonObject } from '../../../sdk/src/message.ts';
import { own, ownNumber, ownObject, ownString, type StoredMessage, setOwn } from '../message.ts';

/** What a device last said of itself and of where it is; what it never said is absent. */
export interface Surroundings {
  timezone?: string;
  country?: string;
  region?: string;
  city?: string;
  type?: string;
  os?: string;
  browser?: string;
  screenWidth?: number;
  screenHeight?: number;
  title?: string;
  /** What was consented to. */
  analytics?: boolean;
  marketing?: boolean;
  pushPermission?: string;
  pushSubscribed?: boolean;
}

const MAX_LENGTH = 100;

/** Notes what a message says of the device that sent it. Messages must come in total order. */
export function noteSurroundings(known: Record<string, Surroundings>, message: StoredMessage): void {
  const { anonymousId, context } = message;
  if (anonymousId === undefined || !context) return;
  const before = Object.hasOwn(known, anonymousId) ? known[anonymousId] : undefined;
  setOwn(known, anonymousId, { ...before, ...toldIn(context) });
}

function toldIn(context: JsonObject): Surroundings {
  const location = ownObject(context, 'location');
  const device = ownObject(context, 'device');
  const screen = ownObject(context, 'screen');
  const consent = ownObject(ownObject(context, 'consent'), 'categoryPreferences');
  const push = ownObject(context, 'push');
  const told = {
    timezone: text(context, 'timezone') ?? text(location, 'timezone'),
    country: text(location, 'country'),
    region: text(location, 'region'),
    city: text(location, 'city'),
    type: text(device, 'type'),
    os: text(device, 'os'),
    browser: text(device, 'browser'),
    screenWidth: ownNumber(screen, 'width'),
    screenHeight: ownNumber(screen, 'height'),
    title: text(ownObject(context, 'page'), 'title'),
    analytics: decided(consent, 'analytics'),
    marketing: decided(consent, 'marketing'),
    pushPermission: text(push, 'permission'),
    pushSubscribed: decided(push, 'subscribed'),
  };
  return Object.fromEntries(Object.entries(told).filter(([, value]) => value !== null));
}

function text(object: JsonObject | undefined, key: string): string | null {
  return ownString(object, key)?.slice(0, MAX_LENGTH) ?? null;
}

function decided(object: JsonObject | undefined, key: string): boolean | null {
  const value = own(object, key);
  return typeof value === 'boolean' ? value : null;
}
