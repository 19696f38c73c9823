import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../sdk/src/message.ts';
import { identifiersOf, normalCard, normalEmail, normalPhone } from './identifiers.ts';

describe('one person is not two, however', () => {
  it.each([
    [' Mira@Shop.Example ', 'mira@shop.example'],
    ['mira+cups@sub.shop.co.uk', 'mira+cups@sub.shop.co.uk'],
    ['міра@крамниця.укр', 'міра@крамниця.укр'],
  ])('the address %j is written', (text, email) => {
    expect(normalEmail(text)).toBe(email);
  });

  it.each([
    ['+49 30 123456', '+4930123456'],
    ['0049 (30) 12-34-56', '+4930123456'],
    ['+49 (0)30 123456', '+4930123456'],
    ['tel:+49.30.123456', '+4930123456'],
    ['030/123456', '030123456'],
    ['(030) 123 456', '030123456'],
  ])('the phone %j is written', (text, phone) => {
    expect(normalPhone(text)).toBe(phone);
  });

  it.each([
    ['ab-12 34', 'AB1234'],
    [' 4006381333931 ', '4006381333931'],
  ])('the card %j is written', (text, card) => {
    expect(normalCard(text)).toBe(card);
  });
});

describe('strangers are not made one person by', () => {
  it.each([
    '',
    'null',
    'undefined',
    'mira',
    'mira@shop',
    '@shop.example',
    'mira@shop..example',
    'mi ra@shop.example',
    'mira@1.2.3.44',
    'a@b.example, c@d.example',
    'none@none.com',
    'undefined@shop.example',
    'noreply@shop.example',
    `${'x'.repeat(65)}@shop.example`,
    `mira@${'shop.'.repeat(60)}example`,
  ])('the address %j', (text) => {
    expect(normalEmail(text)).toBeNull();
  });

  it.each([
    '',
    '0',
    '00000000',
    '0000000000000',
    '+0000000000',
    '1111111',
    '123456',
    '+1234567890123456',
    'n/a',
    '+49 30 call me',
    '+01234567',
  ])('the phone %j', (text) => {
    expect(normalPhone(text)).toBeNull();
  });

  it.each(['', '0', '0000', '0000-0000', 'none', 'null', '123', 'guest', 'x'.repeat(65), 'card <1>'])(
    'the card %j',
    (text) => {
      expect(normalCard(text)).toBeNull();
    },
  );
});

describe('a person is found by', () => {
  const named = { email: 'a@b.example', phone: '+4930123456', loyaltyCard: 'A123' };
  it.each<[string, Parameters<typeof identifiersOf>[0]]>([
    [
      'traits',
      { type: 'identify', traits: { email: 'A@b.example', phone: '+4930123456', loyalty_card: 'a123' } },
    ],
    [
      'the traits in a context',
      {
        type: 'track',
        event: 'view_item',
        context: { traits: { email: 'a@b.example', phone_number: '+4930123456', loyaltyCard: 'A-123' } },
      },
    ],
    [
      'external ids',
      {
        type: 'page',
        context: {
          externalIds: [
            { id: 'a@b.example', type: 'email', collection: 'users', encoding: 'none' },
            { id: '+49 30 123456', type: 'phone' },
            { id: 'a123', type: 'loyalty_card' },
            { id: 'other@b.example', type: 'email' },
            null,
            'x',
          ],
        },
      },
    ],
    [
      'what an order says',
      {
        type: 'track',
        event: 'purchase',
        properties: {
          email: 'null',
          loyalty_card: 'A123',
          user_data: { email_address: 'a@b.example', phone_number: '+4930123456' },
        },
      },
    ],
    [
      'a form, by what its fields are, not by what they are called',
      {
        type: 'track',
        event: 'form_submitted',
        properties: {
          fields: { contact: 'none', second: 'A@b.example', email: 'not me', mobile: '+49 30 123456' },
          inputs: { contact: 'email', second: 'email', email: 'text', mobile: 'phone' },
          loyalty_card: 'A123',
        },
      },
    ],
  ])('%s', (_, message) => {
    expect(identifiersOf(message)).toEqual(named);
  });

  it('numbers sent as numbers', () => {
    const traits = { phone: 493012345678, loyalty_card: 4006381333931 };
    expect(identifiersOf({ type: 'identify', traits })).toEqual({
      phone: '493012345678',
      loyaltyCard: '4006381333931',
    });
  });

  it('the first of several addresses that is one', () => {
    const message = {
      type: 'identify' as const,
      traits: { email: 'unknown' },
      context: { traits: { email: 'a@b.example' }, externalIds: [{ id: 'x@y.example', type: 'email' }] },
    };
    expect(identifiersOf(message)).toEqual({ email: 'a@b.example' });
  });
});

describe('a visitor is not taken for', () => {
  const properties = { email: 'friend@shop.example', phone: '+4930123456' };
  it('the friend whom he told of a product', () => {
    expect(identifiersOf({ type: 'track', event: 'product_shared', properties })).toBeUndefined();
    expect(identifiersOf({ type: 'page', event: 'page_view', properties })).toBeUndefined();
    expect(identifiersOf({ type: 'track', event: '__proto__', properties })).toBeUndefined();
  });

  it('the company that he works for', () => {
    expect(identifiersOf({ type: 'group', traits: properties })).toBeUndefined();
  });

  it('somebody named by a prototype', () => {
    const traits = JSON.parse('{"__proto__":{"email":"a@b.example"}}') as JsonObject;
    expect(
      identifiersOf({ type: 'identify', traits, context: { traits, externalIds: traits } }),
    ).toBeUndefined();
  });
});

describe('whatever is sent', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.emailAddress(),
    fc.string({ unit: fc.constantFrom(...'0123456789+()-./ '), maxLength: 24 }),
    fc.string({ unit: fc.constantFrom(...'aZ09 -_.:@ßİΣ\u00a0') }),
  );

  it.each([
    ['an address', normalEmail],
    ['a phone', normalPhone],
    ['a card', normalCard],
  ])('%s that was normalised once stays what it is', (_, normal) => {
    fc.assert(
      fc.property(text, (sent) => {
        const once = normal(sent);
        if (once !== null) expect(normal(once)).toBe(once);
      }),
      { numRuns: 2_000 },
    );
  });

  it('nothing breaks', () => {
    const json = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<JsonObject[string]>;
    const object = fc.dictionary(
      fc.constantFrom('email', 'phone', 'traits', 'externalIds', 'user_data'),
      json,
    );
    fc.assert(
      fc.property(object, object, (context, properties) => {
        identifiersOf({ type: 'track', event: 'purchase', context, properties });
      }),
    );
  });
});
