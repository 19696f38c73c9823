import { base64url } from '../signing.ts';

/** What a delivery is of: one step of one version of a campaign, in one variant; of a broadcast, its id stands for the campaign's. */
export interface DeliveryOf {
  campaign: string;
  version: number;
  variant: string;
  /** Id of the step. */
  step: string;
}

/** `<campaign>@<version>.<variant>.<step>.<22 base64url>`: none of the parts holds what separates them. */
const FORMAT =
  /^([a-z0-9][a-z0-9-]{0,62})@(0|[1-9]\d{0,8})\.([A-Za-z0-9_-]{1,32})\.([A-Za-z0-9_-]{1,32})\.[A-Za-z0-9_-]{22}$/;
/** 128 bits as base64url. */
const HASH_BYTES = 16;

/**
 * The id of a delivery, the same for every try to make it.
 *
 * @param seed what tells it from all others of the step, such as site, profile and the time of its cause
 */
export async function makeDeliveryId(
  { campaign, version, variant, step }: DeliveryOf,
  seed: string,
): Promise<string> {
  const text = JSON.stringify([campaign, version, variant, step, seed]);
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return `${campaign}@${version}.${variant}.${step}.${base64url(new Uint8Array(hash, 0, HASH_BYTES))}`;
}

/** @returns `null` when the text is no delivery id: browsers report it, and anybody can send anything */
export function readDeliveryId(text: unknown): DeliveryOf | null {
  const [, campaign, version, variant, step] = (typeof text === 'string' && FORMAT.exec(text)) || [];
  if (!campaign || !version || !variant || !step) return null;
  return { campaign, version: Number(version), variant, step };
}
