import { hmac, verifyHmac } from '../signing.ts';
import type { Decision } from './decide.ts';

/** What an armed message stands for. */
export type Armed = Pick<
  Decision,
  'campaign' | 'version' | 'variant' | 'cause' | 'causedAt' | 'tab' | 'step'
>;

/**
 * The id of an armed message says itself what it stands for, signed, so that arming stores nothing:
 * `campaign.version.variant.causedAt.cause.device.signature`, the cause percent-encoded, and before the signature `.tab` of a
 * tab, `.step:` and its id of what a journey offers. It is worth nothing to another device.
 */
export async function armedId(site: string, anonymousId: string, armed: Armed, key: string): Promise<string> {
  const { campaign, version, variant, causedAt, cause, tab, step } = armed;
  const device = await deviceMark(site, anonymousId, key);
  const mark = tab ? ['tab'] : step === undefined ? [] : [`step:${step}`];
  const body = [campaign, version, variant, causedAt, encode(cause), device, ...mark].join('.');
  return `${body}.${await hmac('armed', `${site}:${body}`, key)}`;
}

/**
 * @returns `isOf`: whether it was armed for this device; `null` when the id was not made by {@link armedId} for this site
 */
export async function readArmedId(
  site: string,
  anonymousId: string,
  id: string,
  key: string,
): Promise<(Armed & { isOf: boolean }) | null> {
  const cut = id.lastIndexOf('.');
  const body = id.slice(0, Math.max(0, cut));
  if (!(await verifyHmac('armed', `${site}:${body}`, id.slice(cut + 1), key))) return null;
  const [campaign = '', version = '', variant = '', causedAt = '', cause = '', device, mark] =
    body.split('.');
  return {
    isOf: device === (await deviceMark(site, anonymousId, key)),
    campaign,
    version: Number(version),
    variant,
    causedAt: Number(causedAt),
    cause: decodeURIComponent(cause),
    ...(mark === 'tab' ? { tab: true } : {}),
    ...(mark?.startsWith('step:') ? { step: mark.slice('step:'.length) } : {}),
  };
}

/** 96 bits that only we can make for a device. */
async function deviceMark(site: string, anonymousId: string, key: string): Promise<string> {
  return (await hmac('armed', JSON.stringify([site, anonymousId]), key)).slice(0, 16);
}

/** Full stops separate the parts. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll('.', '%2E');
}
