import { isOfDraft } from '../campaigns/draft-label.ts';
import type { Exposure } from '../campaigns/exposures.ts';
import { own, ownString, type StoredMessage } from '../message.ts';
import { type DeliveryOf, readDeliveryId } from '../push/delivery-id.ts';

/** A message of a campaign that the visitor has clicked. */
export interface CampaignTouch extends Omit<DeliveryOf, 'step'> {
  /** `popup`, `push`, or what brought a webhook's message, such as `telegram`. */
  channel: string;
  /** Id of the step; `null` of a popup that is its campaign's only one. */
  step: string | null;
  /** Of the last click, ms since the epoch. */
  at: number;
  /** `null` of what was not delivered, but shown on a page. */
  deliveryId: string | null;
}

/** A purchase this long after a click is put down to it, too. */
export const CLICK_WINDOW_MS = 24 * 3_600_000;
/** Clicked messages that are remembered, and kept with an order; the newest ones. */
const MAX_TOUCHES = 20;

const REFERENCE = /^([a-z0-9][a-z0-9-]{0,62})@([1-9]\d{0,8})$/;
const VARIANT = /^[A-Za-z0-9_-]{1,32}$/;
const CHANNEL = /^[a-z][a-z0-9_-]{0,31}$/;

/** What a message tells to have been clicked; `null`: nothing, or nothing that could be. */
export function touchIn(message: StoredMessage, at: number): CampaignTouch | null {
  const { event, properties } = message;
  if ((event !== 'push_clicked' && event !== 'popup_clicked') || isOfDraft(message)) return null;
  const deliveryId = own(properties, 'delivery_id');
  const delivery = readDeliveryId(deliveryId);
  if (delivery && typeof deliveryId === 'string') {
    const said = event === 'push_clicked' ? (ownString(properties, 'channel') ?? 'push') : 'popup';
    return CHANNEL.test(said) ? { channel: said, ...delivery, at, deliveryId } : null;
  }
  if (event === 'push_clicked') return null;
  const [, campaign, version] = REFERENCE.exec(ownString(properties, 'campaign') ?? '') ?? [];
  const variant = ownString(properties, 'variant') ?? '';
  if (!campaign || !version || !VARIANT.test(variant)) return null;
  return { channel: 'popup', campaign, version: Number(version), variant, step: null, at, deliveryId: null };
}

/** The remembered clicks after one more; of a message that is clicked again the newest counts. Clicks must come in total order. */
export function withTouch(clicks: readonly CampaignTouch[], touch: CampaignTouch): CampaignTouch[] {
  const others = touchesAt(clicks, touch.at).filter((click) => !isSame(click, touch));
  return [...others, touch].slice(-MAX_TOUCHES);
}

/** Those of these clicks that a purchase at `time` (ms since the epoch) is put down to, oldest first. */
export function touchesAt(clicks: readonly CampaignTouch[], time: number): CampaignTouch[] {
  return clicks.filter(({ at }) => at <= time && time - at <= CLICK_WINDOW_MS);
}

/** A device's clock, as far as it is corrected, may differ from ours by so much. */
const CLOCK_MS = 60_000;

/**
 * Without what somebody of the shop has tried out: a test visitor is in no report.
 *
 * @param shown what was shown or sent to this visitor
 */
export function countedTouches(
  touches: readonly CampaignTouch[],
  shown: readonly Pick<Exposure, 'campaign' | 'version' | 'variant' | 'at' | 'test'>[],
): CampaignTouch[] {
  const newestFirst = shown.toSorted((a, b) => b.at - a.at);
  return touches.filter(({ campaign, version, variant, at }) => {
    const clicked = newestFirst.find(
      (one) =>
        one.campaign === campaign &&
        one.version === version &&
        one.variant === variant &&
        one.at <= at + CLOCK_MS,
    );
    return !clicked?.test;
  });
}

function isSame(a: CampaignTouch, b: CampaignTouch): boolean {
  return (
    a.channel === b.channel &&
    a.campaign === b.campaign &&
    a.version === b.version &&
    a.variant === b.variant &&
    a.step === b.step &&
    a.deliveryId === b.deliveryId
  );
}
