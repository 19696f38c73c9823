import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../sdk/src/message.ts';
import type { StoredMessage } from '../message.ts';
import { addressFor } from './addresses.ts';
import { emptyHistory, extend } from './history.ts';

let count = 0;
const said = (properties: JsonObject, more: Partial<StoredMessage> = {}): StoredMessage => ({
  messageId: `m${++count}`,
  type: 'track',
  event: 'consent_updated',
  timestamp: new Date(Date.UTC(2026, 0, 1) + count * 1_000).toISOString(),
  properties,
  server: true,
  ...more,
});
const history = (...messages: StoredMessage[]) => {
  const made = emptyHistory();
  extend(made, messages, 'EUR');
  return made;
};
const known = (properties: JsonObject = { channel: 'push', state: 'granted' }) =>
  said(properties, { identifiers: { email: 'mira@shop.example', phone: '+491701234567' } });

describe('somebody is written to', () => {
  it('at the address that the consent was given for, else where the person is known', () => {
    const granted = { channel: 'email', state: 'granted' };
    expect(addressFor(history(known(granted)), 'email', null)).toEqual({ address: 'mira@shop.example' });
    const other = said({ ...granted, address: 'm@home.example' });
    expect(addressFor(history(known(), other), 'email', 'news')).toEqual({ address: 'm@home.example' });
    expect(addressFor(history(known({ channel: 'sms', state: 'granted' })), 'phone', null)).toEqual({
      address: '+491701234567',
    });
    const chat = said({ channel: 'telegram', state: 'granted', address: '123456789' });
    expect(addressFor(history(chat), 'telegram', null)).toEqual({ address: '123456789' });
  });

  it('about a topic, if that alone was agreed to', () => {
    const person = history(known({ channel: 'email', state: 'granted', topic: 'offers' }));
    expect(addressFor(person, 'email', 'offers')).toEqual({ address: 'mira@shop.example' });
    expect(addressFor(person, 'email', 'news')).toEqual({ reason: 'no_consent' });
    expect(addressFor(person, 'email', null)).toEqual({ reason: 'no_consent' });
  });
});

describe('nothing is sent, and it is said why', () => {
  it.each<[string, StoredMessage[], string]>([
    ['to whom nothing is known', [], 'no_address'],
    ['without consent', [known()], 'no_consent'],
    ['before it is confirmed', [known({ channel: 'email', state: 'pending' })], 'no_consent'],
    ['with consent to another channel', [known({ channel: 'sms', state: 'granted' })], 'no_consent'],
    ['without an address', [said({ channel: 'email', state: 'granted' })], 'no_address'],
    [
      'after the end, whatever is imported',
      [
        known({ channel: 'email', state: 'granted' }),
        said({ channel: 'email', state: 'withdrawn' }),
        said({ channel: 'email', state: 'granted' }),
        said({ channel: 'email', state: 'granted', topic: 'offers' }),
      ],
      'unsubscribed',
    ],
    [
      'about a topic that is not wanted',
      [
        known({ channel: 'email', state: 'granted' }),
        said({ channel: 'email', state: 'withdrawn', topic: 'offers' }),
      ],
      'topic_unsubscribed',
    ],
  ])('%s', (_, messages, reason) => {
    expect(addressFor(history(...messages), 'email', 'offers')).toEqual({ reason });
  });
});
