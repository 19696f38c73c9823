import { z } from 'zod';
import type { Exposure } from '../campaigns/exposures.ts';
import { type Run, STEP_OUTCOMES } from '../campaigns/journey.ts';
import { CONSENT_STATES } from '../consent.ts';
import type { StoredMessage } from '../message.ts';
import type { Consent, ToldConsent } from '../profile/consents.ts';
import { DELIVERY_STATES, type Delivery } from '../profile/deliveries.ts';
import type { KnownDevice } from '../profile/link.ts';
import type { ProfileJson } from '../profile/profile-json.ts';
import type { HeldCode, Refusal } from '../profile/state.ts';
import type { TimelineItem } from '../profile/timeline.ts';
import type { StoredSubscription } from '../push/subscription.ts';
import { ORDER_STATES } from '../sites.ts';
import type { Account, AccountEntry } from '../store/accounts.ts';
import type { DirectoryEntry } from '../store/directory.ts';
import { FACT_KINDS } from '../store/event-store.ts';
import { decision } from './campaign-answers.ts';

const int = z.number().int();
const text = z.string();
const texts = z.array(text);
const textOrNone = text.nullable();
const jsonObject = z.record(z.string(), z.json());
const amounts = z.record(z.string(), z.number());
const since1970 = int.meta({ description: 'ms since the epoch' });

const consent = z
  .strictObject({
    state: z.enum(CONSENT_STATES),
    at: text,
    by: z.enum(['server', 'browser']),
    source: text,
    text: textOrNone,
    reported: z.boolean().meta({ description: 'The text is the word of the client alone' }),
    address: textOrNone,
    claimed: z.boolean().meta({ description: 'Said by a device that did not prove whose it is' }),
  })
  .meta({ id: 'Consent' }) satisfies z.ZodType<Consent>;
const consentChange = z
  .strictObject({
    timestamp: text,
    messageId: text,
    said: z.enum(CONSENT_STATES),
    by: z.enum(['server', 'browser']),
    source: text,
    text: textOrNone,
    reported: z.boolean(),
    address: textOrNone,
    optIn: z.boolean().meta({ description: 'Said by somebody who wants to be reached again' }),
    topic: textOrNone.meta({ description: 'null: it is about the whole channel' }),
    claimed: z.boolean(),
  })
  .meta({ id: 'ConsentChange' }) satisfies z.ZodType<ToldConsent>;
const byChannel = <T extends z.ZodType>(type: T) => {
  const one = type.exactOptional();
  return z.strictObject({ email: one, sms: one, push: one, whatsapp: one, telegram: one, phone: one });
};

const line = z.object({ quantity: z.number() }).catchall(z.json()).meta({ id: 'Item' });

const touch = z
  .strictObject({
    at: text,
    source: text,
    medium: textOrNone,
    campaign: textOrNone,
    referrer: textOrNone,
    landing: textOrNone,
  })
  .nullable();
const attribution = z.strictObject({ first: touch, last: touch }).meta({ id: 'Attribution' });

const campaignTouch = z
  .strictObject({
    channel: text.meta({ description: "`popup`, `push`, or what brought a webhook's message" }),
    campaign: text,
    version: int,
    variant: text,
    step: textOrNone,
    at: text.meta({ description: 'Of the last click on it' }),
    deliveryId: textOrNone,
  })
  .meta({ id: 'CampaignTouch', description: 'A message that was clicked within 24 h before the purchase' });

export const profile = z
  .strictObject({
    ids: z.strictObject({ anonymousIds: texts, userId: textOrNone }),
    identifiers: z.strictObject({ email: textOrNone, phone: textOrNone, loyaltyCard: textOrNone }),
    traits: jsonObject,
    consents: byChannel(consent),
    topicConsents: byChannel(z.record(z.string(), consent)),
    sessions: z.array(
      z.strictObject({
        id: text,
        start: text,
        end: text,
        events: int,
        anonymousId: text,
        entry: textOrNone,
        referrer: textOrNone,
        campaign: jsonObject.nullable(),
      }),
    ),
    cart: z.strictObject({
      items: z.array(line),
      value: z.number(),
      currency: textOrNone,
      updatedAt: textOrNone,
    }),
    orders: z.array(
      z.strictObject({
        transactionId: text,
        at: text,
        value: z.number(),
        currency: text,
        refunded: z.number(),
        state: z.enum(ORDER_STATES),
        counts: z.boolean(),
        items: z.array(line),
        attribution,
        touches: z.array(campaignTouch),
      }),
    ),
    totals: z.strictObject({
      sessions: int,
      orders: int,
      revenue: amounts,
      siteRevenue: z.number().nullable(),
    }),
    attribution,
    account: z.strictObject({ id: text, traits: jsonObject }).nullable(),
    counters: jsonObject,
    segments: texts,
    push: z
      .strictObject({
        subscriptions: z.array(
          z.strictObject({
            anonymousId: text,
            service: text.meta({ description: 'Host of the push service' }),
            at: text,
            seenAt: text.meta({ description: 'When the browser last gave a sign of life' }),
          }),
        ),
      })
      .meta({ description: 'Browsers that take push messages' }),
    test: z.boolean(),
    firstSeen: text,
    lastSeen: text,
    truncated: z.boolean(),
  })
  .meta({ id: 'Profile' }) satisfies z.ZodType<ProfileJson>;

export const storedMessage = z
  .strictObject({
    messageId: text,
    type: z.enum(['track', 'identify', 'page', 'screen', 'group', 'alias']),
    event: text.exactOptional(),
    anonymousId: text.exactOptional(),
    userId: text.exactOptional(),
    timestamp: text,
    properties: jsonObject.exactOptional(),
    traits: jsonObject.exactOptional(),
    context: jsonObject.exactOptional(),
    groupId: text.exactOptional(),
    previousId: text.exactOptional(),
    identifiers: z
      .strictObject({
        email: text.exactOptional(),
        phone: text.exactOptional(),
        loyaltyCard: text.exactOptional(),
      })
      .exactOptional(),
    claimedUserId: text.exactOptional(),
    unverified: z.literal(true).exactOptional(),
    source: z.literal('collector').exactOptional(),
    server: z.literal(true).exactOptional(),
    bot: z.literal(true).exactOptional(),
    raw: z.strictObject({ event: text, properties: jsonObject }).exactOptional(),
  })
  .meta({ id: 'StoredMessage' }) satisfies z.ZodType<StoredMessage>;

const exposure = z
  .strictObject({
    campaign: text,
    version: int,
    variant: text,
    claimId: text,
    at: since1970,
    causedAt: since1970.exactOptional(),
    control: z.enum(['site', 'campaign']).exactOptional(),
    anonymousId: text.exactOptional(),
    test: z.literal(true).exactOptional(),
    quiet: z.literal(true).exactOptional().meta({
      description: 'It stood in the page, at its edge or along it: limits of the site do not count it.',
    }),
  })
  .meta({ id: 'Exposure' }) satisfies z.ZodType<Exposure>;

const delivery = z
  .strictObject({
    id: text.meta({ description: 'The same for every try' }),
    campaign: text,
    version: int,
    variant: text,
    step: text,
    channel: z.enum(['push', 'webhook']),
    run: since1970.nullable().meta({ description: 'When the journey was entered; null: of a broadcast' }),
    at: since1970,
    until: since1970.meta({ description: 'Until when it is worth sending' }),
    status: z.enum(DELIVERY_STATES),
    reason: textOrNone.meta({ description: 'Why it was not sent, or not yet' }),
    tries: int,
    nextTryAt: since1970,
    anonymousId: textOrNone,
    answered: z
      .strictObject({ status: int.nullable(), text: textOrNone })
      .nullable()
      .meta({ description: 'What a push service or webhook answered to the last try' }),
  })
  .meta({
    id: 'Delivery',
    description: 'A message of a journey or a broadcast, and what became of it',
  }) satisfies z.ZodType<Delivery>;

export const timelineItem = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('message'), at: text, id: text, message: storedMessage }),
    z.strictObject({ kind: z.literal('decision'), at: text, id: text, decision: exposure }),
    z.strictObject({ kind: z.literal('delivery'), at: text, id: text, delivery }),
  ])
  .meta({ id: 'TimelineItem' }) satisfies z.ZodType<TimelineItem>;

const refusal = z.strictObject({
  claimId: text,
  reason: text,
  campaign: text,
  at: since1970,
  anonymousId: text.exactOptional(),
}) satisfies z.ZodType<Refusal>;
const device = z.strictObject({
  anonymousId: text,
  epoch: since1970,
  left: z.boolean(),
  verified: z.boolean(),
}) satisfies z.ZodType<KnownDevice>;
const heldCode = z.strictObject({
  code: text,
  expiresAt: textOrNone,
  at: since1970,
  anonymousId: text.exactOptional(),
}) satisfies z.ZodType<HeldCode>;

const run = z.strictObject({
  entry: z.strictObject({ at: since1970, cause: text }),
  passed: z.array(
    z.strictObject({
      step: text,
      at: since1970,
      outcome: z.enum(STEP_OUTCOMES),
      reason: text.exactOptional(),
    }),
  ),
  ended: z.strictObject({ at: since1970, reason: text }).nullable(),
}) satisfies z.ZodType<Run>;
const subscription = z.strictObject({
  endpoint: text,
  p256dh: text,
  auth: text,
  key: text,
  anonymousId: text,
  at: since1970,
  seenAt: since1970,
  collector: text.exactOptional(),
}) satisfies z.ZodType<StoredSubscription>;

export const everythingHeld = z
  .strictObject({
    profile,
    consents: byChannel(z.array(consentChange)),
    timeline: z.array(timelineItem),
    devices: z.array(device),
    exposures: z.array(exposure),
    refusals: z.array(refusal),
    decisions: z.array(decision),
    segments: z.record(z.string(), since1970),
    coupons: z.record(z.string(), heldCode),
    journeys: z.record(z.string(), run),
    deliveries: z.array(delivery),
    subscriptions: z.array(subscription),
    facts: z.array(z.strictObject({ kind: z.enum(FACT_KINDS), key: text, row: jsonObject.nullable() })),
  })
  .meta({ id: 'EverythingHeld' });

export const directoryEntry = z
  .strictObject({
    ref: textOrNone,
    userId: textOrNone,
    email: textOrNone,
    phone: textOrNone,
    name: textOrNone,
    firstSeen: text,
    changedAt: text,
  })
  .meta({ id: 'KnownPerson' }) satisfies z.ZodType<DirectoryEntry>;

export const accountEntry = z
  .strictObject({ id: text, name: textOrNone, members: int, changedAt: text })
  .meta({ id: 'ListedAccount' }) satisfies z.ZodType<AccountEntry>;

export const account = z
  .strictObject({
    id: text,
    traits: jsonObject,
    members: z.array(z.strictObject({ ref: textOrNone, userId: textOrNone, at: text })),
  })
  .meta({ id: 'Account' }) satisfies z.ZodType<Account>;
