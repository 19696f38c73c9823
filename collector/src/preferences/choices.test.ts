import { describe, expect, it } from 'vitest';
import type { Consent } from '../profile/consents.ts';
import { choicesIn, endOf, rowsOf } from './choices.ts';

const identifiers = { email: 'mira@example.com', phone: '+491701234567', loyaltyCard: null };
const none = { consents: {}, topicConsents: {}, identifiers };
const consent = (state: Consent['state'], address: string | null = null): Consent => ({
  ...{ state, at: '', by: 'server', source: '', text: null, reported: false, address, claimed: false },
});
const TOPICS = ['news', 'offers'];
const form = (text: string) => new URLSearchParams(text);

describe('the page lists', () => {
  it('what somebody has, and where else he could be reached', () => {
    expect(rowsOf(none, []).map(({ channel, isOn }) => [channel, isOn])).toEqual([
      ['email', false],
      ['sms', false],
    ]);
    const known = { ...none, consents: { telegram: consent('granted', '1234'), email: consent('pending') } };
    expect(rowsOf(known, [])).toMatchObject([
      { channel: 'email', isOn: true, isPending: true, address: 'mira@example.com' },
      { channel: 'sms', isOn: false },
      { channel: 'telegram', isOn: true },
    ]);
    const nobody = { email: null, phone: null, loyaltyCard: null };
    expect(rowsOf({ ...none, identifiers: nobody }, TOPICS)).toEqual([]);
  });

  it('topics as they hold', () => {
    const topicConsents = { email: { offers: consent('withdrawn') }, sms: { news: consent('granted') } };
    const [email, sms] = rowsOf({ ...none, consents: { email: consent('granted') }, topicConsents }, TOPICS);
    expect(email?.topics.map(({ isOn }) => isOn)).toEqual([true, false]);
    expect(sms).toMatchObject({ isOn: true });
    expect(sms?.topics.map(({ isOn }) => isOn)).toEqual([true, false]);
  });
});

describe('a form says', () => {
  const rows = rowsOf(
    { ...none, consents: { email: consent('granted'), sms: consent('withdrawn') } },
    TOPICS,
  );
  const said = (text: string) =>
    choicesIn(form(text), rows).map(({ channel, topic, state }) => `${channel}/${topic} ${state}`);

  it.each([
    [
      'nothing, sent as it was',
      'shown=email&shown=sms&channel=email&topic=email/news&topic=email/offers&topic=sms/news&topic=sms/offers',
      [],
    ],
    ['an end', 'shown=email&shown=sms', ['email/null withdrawn']],
    ['a beginning', 'shown=sms&channel=sms&topic=sms/news&topic=sms/offers', ['sms/null granted']],
    ['the end of a topic', 'shown=email&channel=email&topic=email/news', ['email/offers withdrawn']],
    ['the end of all', 'shown=email&channel=email&end=all', ['email/null withdrawn']],
    ['nothing of what was not shown', '', []],
    ['nothing of what there is not', 'shown=push&channel=push&topic=push/x&shown=__proto__', []],
  ])('%s', (_, text, expected) => {
    expect(said(text)).toEqual(expected);
  });

  it('with one click, that what is named ends, or all', () => {
    expect(endOf(rows, 'email', 'offers')).toMatchObject([
      { channel: 'email', topic: 'offers', state: 'withdrawn' },
    ]);
    expect(endOf(rows, null, 'offers')).toMatchObject([{ channel: 'email', topic: null }]);
    expect(endOf(rowsOf(none, []), null, null).map(({ channel }) => channel)).toEqual(['email', 'sms']);
    expect(endOf([], 'email', null)).toMatchObject([{ channel: 'email', address: null }]);
  });
});
