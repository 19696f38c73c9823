import { hmac, verifyHmac } from '../signing.ts';
import type { Decision } from './decide.ts';

/** What an armed message stands for. */
export type Armed = Pick<Decision, 'campaign' | 'version' | 'variant' | 'cause' | 'causedAt'>;

/**
 * The id of an armed message says itself what it stands for, signed, so that arming stores nothing:
 * `campaign.version.variant.causedAt.cause.signature`, the cause percent-encoded. It is worth nothing to another device.
 */
export async function armedId(site: string, anonymousId: string, armed: Armed, key: string): Promise<string> {
  const body = [armed.campaign, armed.version, armed.variant, armed.causedAt, encode(armed.cause)].join('.');
  return `${body}.${await hmac('armed', signed(site, anonymousId, body), key)}`;
}

/** @returns `null` when the id was not made by {@link armedId} for this device of this site */
export async function readArmedId(
  site: string,
  anonymousId: string,
  id: string,
  key: string,
): Promise<Armed | null> {
  const cut = id.lastIndexOf('.');
  const body = id.slice(0, Math.max(0, cut));
  if (!(await verifyHmac('armed', signed(site, anonymousId, body), id.slice(cut + 1), key))) return null;
  const [campaign = '', version = '', variant = '', causedAt = '', cause = ''] = body.split('.');
  return {
    campaign,
    version: Number(version),
    variant,
    causedAt: Number(causedAt),
    cause: decodeURIComponent(cause),
  };
}

/** An anonymous id may contain anything. */
function signed(site: string, anonymousId: string, body: string): string {
  return JSON.stringify([site, body, anonymousId]);
}

/** Full stops separate the parts. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll('.', '%2E');
}
