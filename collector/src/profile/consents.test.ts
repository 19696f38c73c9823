import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../sdk/src/message.ts';
import { compareMessages, type StoredMessage } from '../message.ts';
import {
  type Consents,
  consentHistory,
  consentsOf,
  noteConsents,
  topicConsentsOf,
  trimConsents,
} from './consents.ts';
import { emptyHistory, extend } from './history.ts';

let count = 0;
const message = (
  event: string,
  properties: JsonObject,
  more: Partial<StoredMessage> = {},
): StoredMessage => ({
  messageId: `m${String(++count).padStart(6, '0')}`,
  type: 'track',
  anonymousId: 'v',
  event,
  properties,
  timestamp: new Date(Date.UTC(2026, 0, 1) + count * 1_000).toISOString(),
  ...more,
});
const form = (more: JsonObject = {}, properties: JsonObject = {}) =>
  message('form_submitted', {
    campaign: 'newsletter@3',
    consents: [{ channel: 'email', text: 'Yes', address: 'mira@shop.example', ...more }],
    ...properties,
  });
const asking = (more: JsonObject = {}) => form({ doubleOptIn: true, ...more });
const update = (state: string, more: JsonObject = {}, from: Partial<StoredMessage> = {}) =>
  message('consent_updated', { channel: 'email', state, ...more }, from);
const server = { server: true } as const;

function noted(messages: readonly StoredMessage[]): Consents {
  const consents: Consents = {};
  for (const one of messages) noteConsents(consents, one);
  return consents;
}
const email = (...messages: StoredMessage[]) => consentsOf(noted(messages), {}).email;
const state = (...messages: StoredMessage[]) => email(...messages)?.state;

describe('who ticks the newsletter', () => {
  it('has agreed, and it can be proven when, where and to what', () => {
    const ticked = form();
    expect(email(ticked)).toEqual({
      state: 'granted',
      at: ticked.timestamp,
      by: 'browser',
      source: 'newsletter@3',
      text: 'Yes',
      reported: false,
      address: 'mira@shop.example',
      claimed: false,
    });
  });

  it('waits for the link in the mail, where the shop wants that, and keeps the text when it is clicked', () => {
    const asked = asking();
    expect(email(asked)?.state).toBe('pending');
    expect(email(asked, update('granted', {}, server))).toMatchObject({
      state: 'granted',
      by: 'server',
      source: 'server',
      text: 'Yes',
    });
  });

  it('is not made to have agreed by anything that a browser sends', () => {
    const tries = [
      [asking(), update('granted')],
      [asking(), form()],
      [form(), asking()],
      [asking(), update('withdrawn'), asking()],
      [asking(), update('withdrawn'), update('granted', { opt_in: true })],
      [asking(), form({}, { campaign: 'other@1' }), update('pending'), update('granted')],
    ];
    for (const messages of tries) expect(state(...messages)).toBe('pending');
  });

  it('and confirmed it stays so when he fills in the same form again, and not with an address that is another', () => {
    const confirmed = [asking(), update('granted', {}, server)];
    expect(state(...confirmed, asking())).toBe('granted');
    expect(state(...confirmed, form({ address: undefined as never }))).toBe('granted');
    expect(state(...confirmed, asking({ address: 'noor@shop.example' }))).toBe('pending');
    expect(state(...confirmed, form({ address: 'noor@shop.example' }))).toBe('pending');
    const another = asking({ address: 'noor@shop.example' });
    const without = Array.from({ length: 20 }, () => update('granted'));
    expect(state(...confirmed, another, ...without)).toBe('pending');
  });

  it('after he had enough has agreed again when he says so', () => {
    expect(state(form(), update('withdrawn'))).toBe('withdrawn');
    expect(state(form(), update('withdrawn'), form({}, { opt_in: true }))).toBe('granted');
    expect(state(update('withdrawn', {}, server), update('granted', { opt_in: true }))).toBe('granted');
  });

  it('and confirmed it, and then had enough, has to confirm it again', () => {
    const gone = [asking(), update('granted', {}, server), update('withdrawn')];
    expect(state(...gone)).toBe('withdrawn');
    expect(email(...gone)?.text).toBeNull();
    expect(state(...gone, asking())).toBe('pending');
    expect(state(...gone, asking(), update('granted', {}, server))).toBe('granted');
  });

  it('agrees to all that one form says of a channel, and to no other channel', () => {
    const both = form(
      {},
      {
        consents: [
          { channel: 'email', text: 'News' },
          { channel: 'email', text: 'Offers', doubleOptIn: true, reported: true },
        ],
      },
    );
    expect(consentsOf(noted([both]), {})).toEqual({
      email: expect.objectContaining({ state: 'pending', text: 'News\nOffers', reported: true }),
    });
  });
});

describe('who has ended a subscription', () => {
  it('is not subscribed again by an import or a form, by whoever it was ended', () => {
    for (const from of [{}, server])
      for (const later of [
        [form()],
        [update('granted', {}, server)],
        [form(), update('granted', {}, server)],
      ])
        expect(state(form(), update('withdrawn', {}, from), ...later)).toBe('withdrawn');
    const end = update('withdrawn');
    expect(email(form(), end, update('granted', { text: 'List of May' }, server))).toMatchObject({
      at: end.timestamp,
      text: null,
    });
  });

  it('is again when the request is confirmed, or when it is said that this is meant', () => {
    expect(state(update('withdrawn'), asking())).toBe('pending');
    expect(state(update('withdrawn'), asking(), update('granted', {}, server))).toBe('granted');
    expect(state(update('withdrawn'), update('granted', { opt_in: true }, server))).toBe('granted');
    expect(state(update('withdrawn'), update('granted', { opt_in: 'true' }, server))).toBe('withdrawn');
  });

  it('by the address alone, and asks for it again there, has it when the shop confirms', () => {
    const address = 'mira@shop.example';
    const known = [update('granted', { address }, server)];
    const claims = [update('withdrawn', { address })];
    const of = () => consentsOf(noted(known), noted(claims)).email?.state;
    expect(of()).toBe('withdrawn');
    known.push(update('granted', { address }, server));
    expect(of()).toBe('withdrawn');
    claims.push(asking({ address }));
    expect(of()).toBe('withdrawn');
    known.push(update('granted', { address }, server));
    expect(of()).toBe('granted');
  });

  it('to one topic keeps the others, and the channel', () => {
    const messages = [
      update('granted', {}, server),
      update('granted', { topic: 'news' }),
      update('withdrawn', { topic: 'offers' }),
      update('granted', { topic: 'offers' }, server),
      update('withdrawn', { topic: 'constructor' }),
      update('withdrawn', { topic: '__proto__' }),
    ];
    const consents = noted(messages);
    const claimed = noted([update('withdrawn', { topic: 'valueof' })]);
    expect(topicConsentsOf(consents, claimed).email).toMatchObject({
      news: { state: 'granted' },
      offers: { state: 'withdrawn' },
      constructor: { state: 'withdrawn' },
      valueof: { claimed: true },
    });
    expect(consentHistory(consents, {}).email?.map(({ topic }) => topic)).toContain('offers');
  });

  it('to more topics than are remembered fills nothing', () => {
    const flood = Array.from({ length: 300 }, (_, i) => update('granted', { topic: `t${i}` }));
    expect(Object.keys(noted(flood).email?.topics ?? {})).toHaveLength(50);
  });
});

describe('nobody has agreed by', () => {
  it.each<[string, StoredMessage]>([
    [
      "a form of the shop's own",
      message('form_submitted', { consents: [{ channel: 'email', text: 'Yes' }] }),
    ],
    ['another event', message('purchase', { campaign: 'c@1', consents: [{ channel: 'email' }] })],
    ['a channel that there is not', message('consent_updated', { channel: '__proto__', state: 'granted' })],
    ['a state that there is not', update('yes')],
    ['a consent to cookies', message('consent_updated', { state: 'granted' })],
    ['what is no list', message('form_submitted', { campaign: 'c@1', consents: 'email' })],
  ])('%s', (_, one) => {
    expect(noted([one])).toEqual({});
  });
});

describe('who has not proven who he is', () => {
  const consents = (known: StoredMessage[], claimed: StoredMessage[]) =>
    consentsOf(noted(known), noted(claimed)).email;

  it('agrees for himself, as long as nothing is known', () => {
    expect(consents([], [form()])).toMatchObject({ state: 'granted', claimed: true });
    expect(consents([update('granted', {}, server)], [])).toMatchObject({ claimed: false });
  });

  it('cannot agree in the name of somebody who did not want it, or has still to confirm it', () => {
    expect(consents([update('withdrawn')], [form()])).toMatchObject({ state: 'withdrawn', claimed: false });
    expect(consents([asking()], [form()])).toMatchObject({ state: 'pending', claimed: false });
  });

  it('is believed when he wants no more at an address that he names, until the person agrees again', () => {
    const before = form();
    const gone = update('withdrawn', { address: 'mira@shop.example' });
    expect(consents([before], [gone])).toMatchObject({ state: 'withdrawn', claimed: true });
    for (const other of [update('withdrawn'), update('withdrawn', { address: 'noor@shop.example' })])
      expect(consents([before], [other])).toMatchObject({ state: 'granted', claimed: false });
    const again = update('granted', { opt_in: true });
    expect(consents([before, again], [gone])).toMatchObject({ state: 'granted', claimed: false });
  });
});

/** Of a few moments and messages, so that they meet. */
const said = fc
  .record({
    time: fc.integer({ min: 0, max: 30 }),
    kind: fc.constantFrom('form', 'asking', 'granted', 'withdrawn', 'pending'),
    address: fc.constantFrom('a@shop.example', 'b@shop.example', null),
    server: fc.boolean(),
    optIn: fc.boolean(),
    unverified: fc.boolean(),
    text: fc.constantFrom('Yes', 'Yes, please'),
    id: fc.uuid(),
  })
  .map(({ time, kind, address, text, id, optIn, ...from }): StoredMessage => {
    const where = address === null ? {} : { address };
    const isForm = kind === 'form' || kind === 'asking';
    const again = optIn && kind !== 'withdrawn' ? { opt_in: true } : {};
    return {
      messageId: id,
      type: 'track',
      anonymousId: 'v',
      timestamp: new Date(Date.UTC(2026, 0, 1) + time * 1_000).toISOString(),
      event: isForm ? 'form_submitted' : 'consent_updated',
      properties: isForm
        ? {
            campaign: 'c@1',
            ...again,
            consents: [
              { channel: 'email', text, ...(kind === 'asking' ? { doubleOptIn: true } : {}), ...where },
            ],
          }
        : { channel: 'email', state: kind, text, ...again, ...where },
      ...(from.server ? { server: true } : {}),
      ...(from.unverified ? { unverified: true } : {}),
    };
  });

const some = (maxLength: number) => fc.uniqueArray(said, { maxLength, selector: (one) => one.messageId });

/** What holds, read from all that was ever said; `claims` are by devices that did not prove whose they are. */
function remembered(messages: readonly StoredMessage[], claims: readonly StoredMessage[]) {
  const read = ({ properties = {}, event }: StoredMessage) => {
    const [given] = (properties.consents ?? [properties]) as JsonObject[];
    const word = event === 'consent_updated' ? properties.state : given?.doubleOptIn ? 'pending' : 'granted';
    return { word: word as string, address: given?.address ?? null, again: properties.opt_in === true };
  };
  const one = messages.length > 0 ? messages : claims;
  const asked = one.some((message) => read(message).word === 'pending');
  const last = one.toSorted(compareMessages).findLast((message) => read(message).address !== null);
  const named = last && read(last).address;
  const foreign = claims.filter((claim) => messages.length > 0 && named && read(claim).address === named);
  let now: string | undefined;
  let address: unknown = null;
  let confirmed: unknown[] = [];
  let ended: 'ended' | 'asked again' | null = null;
  for (const message of [...one, ...foreign].sort(compareMessages)) {
    const { word, again, ...said } = read(message);
    const isForeign = foreign.includes(message);
    if (!isForeign) address = said.address ?? address;
    if (word === 'withdrawn') {
      now = word;
      ended = 'ended';
      confirmed = [];
    } else if (ended && word === 'pending') {
      ended = 'asked again';
      if (!isForeign) now = word;
    } else if (!isForeign) {
      const isConfirmed = ended === 'asked again' && message.server === true;
      if (ended && !again && !isConfirmed) continue;
      ended = null;
      if (message.server) {
        now = word;
        confirmed = word === 'granted' ? [address] : [];
      } else now = !asked || confirmed.includes(address) ? 'granted' : 'pending';
    }
  }
  return now;
}

describe('what somebody has agreed to', () => {
  it('depends on what was said alone, not on the order in which it came, or on what came twice', () => {
    const shuffledTwice = some(9).chain((messages) =>
      fc.tuple(
        fc.constant(messages),
        fc.shuffledSubarray([...messages, ...messages], { minLength: 2 * messages.length }),
      ),
    );
    fc.assert(
      fc.property(shuffledTwice, ([messages, shuffled]) => {
        expect(noted(shuffled)).toEqual(noted(messages.toSorted(compareMessages)));
      }),
    );
  });

  it('is what it would be if everything were remembered for ever', () => {
    const afterTrimming = (messages: readonly StoredMessage[], claims: readonly StoredMessage[]) => {
      const known = noted(messages.toSorted(compareMessages));
      const claimed = noted(claims.toSorted(compareMessages));
      const before = consentsOf(known, claimed).email?.state;
      for (const consents of [known, claimed]) {
        expect(consents.email?.changes.length ?? 0).toBeLessThanOrEqual(28);
        trimConsents(consents);
      }
      return [before, consentsOf(known, claimed).email?.state];
    };
    fc.assert(
      fc.property(some(60), some(8), some(60), (messages, few, claims) => {
        const expected = remembered(messages, []);
        expect(afterTrimming(messages, [])).toEqual([expected, expected]);
        const [beside] = afterTrimming(messages.slice(0, 8), few);
        expect(beside).toBe(remembered(messages.slice(0, 8), few));
        // What is forgotten of a flood makes nobody reachable who is not.
        for (const state of afterTrimming(messages, claims))
          if (state === 'granted') expect(remembered(messages, claims)).toBe('granted');
      }),
      { numRuns: 1_000 },
    );
  });

  it('once ended is not begun again by anything that does not say so, however much is imported or filled in', () => {
    fc.assert(
      fc.property(some(40), some(40), fc.boolean(), (messages, claims, isServer) => {
        const end = { ...update('withdrawn'), timestamp: '2026-01-01T00:00:10.000Z' };
        const later = messages.filter(({ properties, timestamp }) => {
          const [given = {}] = (properties?.consents ?? []) as JsonObject[];
          const asks = properties?.state === 'pending' || given.doubleOptIn === true;
          return timestamp <= end.timestamp || !(properties?.opt_in === true || asks);
        });
        const known = noted([...later, { ...end, ...(isServer ? server : {}) }].sort(compareMessages));
        const before = claims.filter(({ timestamp }) => timestamp <= end.timestamp);
        expect(consentsOf(known, noted(before)).email?.state).toBe('withdrawn');
      }),
    );
  });

  it('is never granted by a browser after the shop has asked to confirm it, however much is said', () => {
    fc.assert(
      fc.property(fc.array(said, { maxLength: 40 }), (messages) => {
        const fromBrowser = messages.map(({ server: _, ...one }) => one).toSorted(compareMessages);
        const first = { ...asking(), timestamp: '2025-12-31T00:00:00.000Z' };
        expect(consentsOf(noted([first, ...fromBrowser]), {}).email?.state).not.toBe('granted');
      }),
    );
  });

  it('is not forgotten, and stays small, when a program says it for ever', () => {
    const confirmed = [asking(), update('granted', {}, server)];
    const flood = Array.from({ length: 500 }, () => asking({ text: 'x'.repeat(2_000) }));
    const consents = noted([...confirmed, ...flood]);
    expect(consentsOf(consents, {}).email?.state).toBe('granted');
    expect(JSON.stringify(consents).length).toBeLessThan(30_000);
    trimConsents(consents);
    expect(consentsOf(consents, {}).email?.state).toBe('granted');
    expect(consentHistory(consents, {}).email?.map(({ by }) => by)).toEqual(['browser', 'server', 'browser']);
  });

  it('goes with the rest of the history into the totals, and is found there again', () => {
    const messages = [asking(), update('granted', {}, server), { ...form(), unverified: true as const }];
    const before = emptyHistory();
    extend(before, messages.slice(0, 1), 'EUR');
    const folded = { ...emptyHistory(), ...JSON.parse(JSON.stringify(before)) };
    extend(folded, messages.slice(1), 'EUR');
    const whole = emptyHistory();
    extend(whole, messages, 'EUR');
    expect(folded).toEqual(whole);
    expect(whole.claimedConsents.email?.changes).toHaveLength(1);
  });
});
