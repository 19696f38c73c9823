import type { JsonObject } from '../../../sdk/src/message.ts';
import type { Program } from '../campaigns/program.ts';
import { CONSENT_CHANNELS, CONSENT_STATES, TOPIC } from '../consent.ts';
import { own, ownString } from '../message.ts';
import { IDENTIFIER_OF } from '../profile/consents.ts';
import { asksDoubleOptIn } from './form-content.ts';
import { addressOn } from './form-submitted.ts';
import { RefusedValues } from './refused-values.ts';

/**
 * A `consent_updated {channel, state, topic?, text?, source?, address? | email? | phone?, opt_in?}` as it is stored. With
 * a topic it is about that alone; `opt_in: true` opens what was ended. The shop's server says what is
 * so. A browser may take a consent back, but where the site wants consents confirmed, what it grants is `pending`: the
 * browser key is public. One without a channel is an event of the shop's own, and stays as it is.
 */
export function checkedConsent(
  properties: JsonObject,
  { program, server }: { program: Program; server: boolean },
): { properties: JsonObject; warnings: string[] } {
  const told = own(properties, 'channel');
  if (told === undefined) return { properties, warnings: [] };
  const refused = new RefusedValues();
  const channel = CONSENT_CHANNELS.find((one) => one === told);
  const said = CONSENT_STATES.find((one) => one === own(properties, 'state'));
  if (channel === undefined) refused.add('channel', told, 'option');
  if (said === undefined) refused.add('state', own(properties, 'state') ?? null, 'option');
  const topic = own(properties, 'topic') ?? null;
  const isTopic = topic === null || (typeof topic === 'string' && TOPIC.test(topic));
  if (!isTopic) refused.add('topic', topic, 'option');
  const { invalid: _, channel: __, state: ___, address: ____, topic: _____, ...rest } = properties;
  if (channel === undefined || said === undefined || !isTopic) {
    return { properties: { ...rest, ...refused.invalid }, warnings: refused.warnings('consent_updated') };
  }
  const waits = said === 'granted' && !server && asksDoubleOptIn(channel, program);
  const written =
    ownString(properties, 'address') ?? ownString(properties, IDENTIFIER_OF[channel] ?? 'address');
  const address = written === null ? null : addressOn(channel, written);
  return {
    properties: {
      ...rest,
      channel,
      state: waits ? 'pending' : said,
      ...(topic === null ? {} : { topic }),
      ...(address === null ? {} : { address }),
    },
    warnings: waits
      ? [
          `consent_updated: consents to ${channel} are confirmed here, so this one is pending until the server key says "granted".`,
        ]
      : [],
  };
}
