import 'fake-indexeddb/auto';
import { get, set } from 'idb-keyval';
import { afterEach, expect, test, vi } from 'vitest';
import type { Message, TrackMessage } from './message.ts';
import { createOutbox } from './outbox.ts';
import { openStore, STATE_KEY } from './store.ts';
import { createVisitor, identified, newVisitor, type VisitorState } from './visitor.ts';

let sites = 0;
let cookie = '';
vi.spyOn(document, 'cookie', 'get').mockImplementation(() => cookie);
vi.spyOn(document, 'cookie', 'set').mockImplementation((value) => {
  cookie = value.split(';')[0] ?? '';
});
afterEach(() => {
  cookie = '';
});

/** A page of a site: its visitor, and what the database holds. */
function visit(site = `visitor-${++sites}`, saved?: VisitorState) {
  const store = openStore(site);
  const outbox = createOutbox(store, vi.fn(), vi.fn());
  const onChange = vi.fn();
  const visitor = createVisitor(outbox, saved, onChange);
  return { site, store, outbox, visitor, onChange, stored: () => get<VisitorState>(STATE_KEY, store) };
}
const made = Date.now().toString(16).padStart(12, '0');
const message = (name: string): TrackMessage => ({
  type: 'track',
  event: 'x',
  messageId: `${made.slice(0, 8)}-${made.slice(8)}-7000-8000-${name}`,
});

test('a visitor whose fresh cookie died with the browser keeps the id that IndexedDB holds', () => {
  const { visitor } = visit(undefined, { anonymousId: 'kept-in-indexeddb', userId: 'u1' });
  expect(visitor.current).toMatchObject({ anonymousId: 'kept-in-indexeddb', userId: 'u1' });
  expect(cookie).toBe('beckon_id=kept-in-indexeddb');
});

test('the cookie, which the hosts of a domain share, wins over what one host remembers', () => {
  cookie = 'beckon_id=shared-by-hosts';
  const { visitor } = visit(undefined, {
    anonymousId: 'someone-else',
    userId: 'u1',
    cart: { currency: 'EUR', items: [] },
  });
  expect(visitor.current).toEqual({ anonymousId: 'shared-by-hosts' });
});

test('a new visitor gets an id in both places', async () => {
  const { visitor, stored } = visit();
  expect(cookie).toBe(`beckon_id=${visitor.current.anonymousId}`);
  await vi.waitFor(async () => expect((await stored())?.anonymousId).toBe(visitor.current.anonymousId));
});

test('a page that is left before IndexedDB was read does not erase who was logged in', async () => {
  cookie = 'beckon_id=known-visitor';
  const site = `visitor-${++sites}`;
  await set(STATE_KEY, { anonymousId: 'known-visitor', userId: 'u1' }, openStore(site));
  const { visitor, stored, onChange } = visit(site, undefined);
  await vi.waitFor(() => expect(onChange).toHaveBeenCalled());
  expect(await stored()).toEqual({ anonymousId: 'known-visitor', userId: 'u1' });
  expect(visitor.current.userId).toBe('u1');
});

test('another user of the device inherits neither traits nor route nor cart', () => {
  const first = identified({ ...newVisitor(), token: 't', cart: { currency: 'EUR', items: [] } }, 'u1', {
    vip: true,
  });
  expect(first).toMatchObject({ userId: 'u1', token: 't', traits: { vip: true }, cart: {} });
  expect(identified(first, 'u1', { name: 'Ann' }).traits).toEqual({ vip: true, name: 'Ann' });
  expect(identified(first, '', { name: 'Ann' })).toMatchObject({
    userId: 'u1',
    traits: { vip: true, name: 'Ann' },
  });
  expect(identified(first, 'u2', {})).toEqual({ anonymousId: first.anonymousId, userId: 'u2', traits: {} });
});

test('after a reset nothing ties the new visitor to the old one', async () => {
  const { visitor, stored } = visit();
  const before = visitor.current.anonymousId;
  visitor.change((state) => identified(state, 'u1', { vip: true }));
  visitor.change(newVisitor);
  const after = visitor.current.anonymousId;
  expect(visitor.current).toEqual({ anonymousId: after });
  expect(after.slice(-17)).not.toBe(before.slice(-17));
  expect(cookie).toBe(`beckon_id=${after}`);
  await vi.waitFor(async () => expect(await stored()).toEqual({ anonymousId: after }));
});

test('two open tabs add up instead of overwriting each other', async () => {
  const here = visit();
  await vi.waitFor(async () => expect(await here.stored()).toBeDefined());
  const there = visit(here.site, await here.stored());
  const count = (state: VisitorState) => ({ ...state, traits: { n: Number(state.traits?.n ?? 0) + 1 } });
  const tell = (state: VisitorState, message: Message) => {
    const next = count(state);
    (message as TrackMessage).properties = next.traits;
    return next;
  };
  here.visitor.change(tell, message('a'));
  there.visitor.change(tell, message('b'));
  await vi.waitFor(async () => expect((await there.stored())?.traits).toEqual({ n: 2 }));
  const queued = await there.outbox.oldest(10);
  expect(queued.map(([, sent]) => JSON.parse(sent).properties.n)).toEqual([1, 2]);
  expect(there.visitor.current.traits).toEqual({ n: 2 });
});

test('messages are signed by who the visitor is', async () => {
  const { visitor, outbox } = visit();
  visitor.change(undefined, message('a'));
  visitor.change((state) => identified(state, 'u1', {}), message('b'));
  visitor.change(undefined, message('c'));
  const { anonymousId } = visitor.current;
  expect(
    outbox.unconfirmed().map(([, sent]) => [JSON.parse(sent).anonymousId, JSON.parse(sent).userId]),
  ).toEqual([
    [anonymousId, undefined],
    [anonymousId, 'u1'],
    [anonymousId, 'u1'],
  ]);
});

test('a page that comes back after a log-out elsewhere does not bring the old user back', async () => {
  const { visitor, stored, site } = visit();
  visitor.change((state) => identified(state, 'u1', {}));
  await vi.waitFor(async () => expect((await stored())?.userId).toBe('u1'));
  const elsewhere = visit(site, await stored());
  elsewhere.visitor.change(newVisitor);
  const { anonymousId } = elsewhere.visitor.current;
  await vi.waitFor(async () => expect(await stored()).toEqual({ anonymousId }));
  visitor.change((state) => state);
  expect(visitor.current).toMatchObject({ anonymousId });
  expect(visitor.current.userId).toBeUndefined();
  await vi.waitFor(() => expect(cookie).toBe(`beckon_id=${anonymousId}`));
});
