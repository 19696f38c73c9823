import type { ConsentChannel } from '../../../sdk/src/message.ts';
import { CONSENT_CHANNELS, type ConsentState } from '../consent.ts';
import { IDENTIFIER_OF } from '../profile/consents.ts';
import type { ProfileJson } from '../profile/profile-json.ts';

/** A channel that somebody is reached by, or could be. */
export interface Row {
  channel: ConsentChannel;
  isOn: boolean;
  isPending: boolean;
  /** Nothing is wanted there, whatever is imported. */
  isEnded: boolean;
  /** As it is written on the channel; `null`: there is none, or it says nothing to people. */
  address: string | null;
  topics: { id: string; isOn: boolean }[];
}

/** What somebody has chosen of a channel, or of one topic there. */
export interface Choice {
  channel: ConsentChannel;
  topic: string | null;
  state: Extract<ConsentState, 'granted' | 'withdrawn'>;
  address: string | null;
}

type Known = Pick<ProfileJson, 'consents' | 'topicConsents' | 'identifiers'>;

/** Channels by which somebody can be reached without having said anything of them yet. */
const OFFERED: readonly ConsentChannel[] = ['email', 'sms'];

/**
 * What somebody has subscribed to, and what there is besides.
 *
 * @param topics ids of the site's topics
 */
export function rowsOf(known: Known, topics: readonly string[]): Row[] {
  return CONSENT_CHANNELS.flatMap((channel): Row[] => {
    const whole = known.consents[channel];
    const parts = known.topicConsents[channel] ?? {};
    const identifier = IDENTIFIER_OF[channel];
    const address = whole?.address ?? (identifier ? known.identifiers[identifier] : null);
    const isOffered = OFFERED.includes(channel) && address !== null;
    if (!whole && Object.keys(parts).length === 0 && !isOffered) return [];
    const stateOf = (topic: string) => (Object.hasOwn(parts, topic) ? parts[topic]?.state : undefined);
    const isEnded = whole?.state === 'withdrawn';
    const isWhole = whole?.state === 'granted' || whole?.state === 'pending';
    const isOn = isWhole || (!isEnded && topics.some((topic) => stateOf(topic) === 'granted'));
    return [
      {
        channel,
        isOn,
        isPending: whole?.state === 'pending',
        isEnded,
        address,
        topics: topics.map((id) => {
          const state = stateOf(id);
          return { id, isOn: state === undefined ? !isOn || isWhole : state === 'granted' };
        }),
      },
    ];
  });
}

/** What a sent form changes. What it does not name as shown it says nothing of; `end=all` ends everything. */
export function choicesIn(form: URLSearchParams, rows: readonly Row[]): Choice[] {
  if (form.get('end') === 'all') return endOf(rows, null, null);
  return rows.flatMap(({ channel, isOn, address, topics }): Choice[] => {
    if (!form.getAll('shown').includes(channel)) return [];
    const wanted = form.getAll('channel').includes(channel);
    const choice = (topic: string | null, on: boolean): Choice => {
      return { channel, topic, state: on ? 'granted' : 'withdrawn', address };
    };
    const whole = wanted === isOn ? [] : [choice(null, wanted)];
    if (!wanted) return whole;
    const changed = topics
      .map(({ id, isOn: was }) => ({ id, was, now: form.getAll('topic').includes(`${channel}/${id}`) }))
      .filter(({ was, now }) => was !== now);
    return [...whole, ...changed.map(({ id, now }) => choice(id, now))];
  });
}

/**
 * What one click ends (RFC 8058), as its link names it: one topic, one channel, or (`null`) all of them, also those that
 * were not begun, so that no import begins them. A channel of
 * which nothing is known is ended too: somebody was sent the link.
 */
export function endOf(rows: readonly Row[], channel: ConsentChannel | null, topic: string | null): Choice[] {
  const ended = (one: ConsentChannel, address: string | null): Choice => {
    return { channel: one, topic: channel === null ? null : topic, state: 'withdrawn', address };
  };
  if (channel === null)
    return rows.filter((row) => !row.isEnded).map((row) => ended(row.channel, row.address));
  return [ended(channel, rows.find((row) => row.channel === channel)?.address ?? null)];
}
