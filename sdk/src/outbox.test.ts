import 'fake-indexeddb/auto';
import type { UseStore } from 'idb-keyval';
import { expect, test, vi } from 'vitest';
import type { Message } from './message.ts';
import { createOutbox } from './outbox.ts';
import { openStore } from './store.ts';

let sites = 0;
const newSite = () => `outbox-${++sites}`;
const made = Date.now().toString(16).padStart(12, '0');
/** As of this SDK, made now: an id's time says when it may be dropped. */
const idOf = (name: string) => `${made.slice(0, 8)}-${made.slice(8)}-7000-8000-${name}`;
const message = (name: string): Message => ({ type: 'track', event: 'x', messageId: idOf(name) });
const outboxOf = (store: UseStore, limit?: number) => {
  const removed = vi.fn();
  const dropped = vi.fn();
  return { outbox: createOutbox(store, removed, dropped, limit), removed, dropped };
};
const idsOf = async (outbox: ReturnType<typeof createOutbox>, count = 100) =>
  (await outbox.oldest(count)).map(([id]) => id.replace(idOf(''), ''));
const broken: UseStore = () => Promise.reject(new DOMException('no room', 'QuotaExceededError'));

test('what was queued is there for the next page, oldest first', async () => {
  const site = newSite();
  const { outbox } = outboxOf(openStore(site));
  await Promise.all(['c', 'a', 'b'].map((id) => outbox.add(message(id))));
  const next = outboxOf(openStore(site)).outbox;
  expect(await idsOf(next)).toEqual(['a', 'b', 'c']);
  expect(await idsOf(next, 2)).toEqual(['a', 'b']);
});

test('a message can leave before the database has answered', async () => {
  const { outbox } = outboxOf(openStore(newSite()));
  void outbox.add(message('a'));
  expect(outbox.unconfirmed()).toEqual([[idOf('a'), JSON.stringify(message('a'))]]);
  expect(await idsOf(outbox)).toEqual(['a']);
});

test('a confirmed message is gone here, in the database and in the other tabs', async () => {
  const site = newSite();
  const { outbox, removed } = outboxOf(openStore(site));
  await outbox.add(message('a'));
  await outbox.add(message('b'));
  await outbox.remove([idOf('a')]);
  expect(await idsOf(outbox)).toEqual(['b']);
  expect(await idsOf(outboxOf(openStore(site)).outbox)).toEqual(['b']);
  expect(removed).toHaveBeenCalledWith([idOf('a')]);
});

test('a message that was confirmed while the database was slow is not stored afterwards', async () => {
  const site = newSite();
  const { outbox } = outboxOf(openStore(site));
  const added = outbox.add(message('a'));
  await outbox.remove([idOf('a')]);
  await added;
  expect(await idsOf(outboxOf(openStore(site)).outbox)).toEqual([]);
});

test('without a database the page delivers from memory, and each message once', async () => {
  const { outbox } = outboxOf(broken);
  await outbox.add(message('a'));
  await outbox.add(message('b'));
  expect(await idsOf(outbox)).toEqual(['a', 'b']);
  await outbox.remove([idOf('a')]);
  expect(await idsOf(outbox)).toEqual(['b']);
});

test('what cannot be deleted is not sent again by this page', async () => {
  const store = openStore(newSite());
  let full = false;
  const { outbox } = outboxOf((mode, callback) =>
    full && mode === 'readwrite' ? broken(mode, callback) : store(mode, callback),
  );
  await outbox.add(message('a'));
  full = true;
  outbox.busy.add(idOf('a'));
  await outbox.remove([idOf('a')]);
  expect(await idsOf(outbox)).toEqual([]);
});

test('a queue that never drains drops its oldest messages and says how many', async () => {
  const site = newSite();
  const first = outboxOf(openStore(site)).outbox;
  for (const id of ['a', 'b', 'c', 'd']) await first.add(message(id));
  const { outbox, dropped } = outboxOf(openStore(site), 3);
  await outbox.add(message('e'));
  expect(dropped).toHaveBeenCalledExactlyOnceWith(2);
  expect(await idsOf(outbox)).toEqual(['c', 'd', 'e']);
});

test('entries damaged by other code, or of another version, do not block the queue', async () => {
  const store = openStore(newSite());
  await store('readwrite', (entries) => {
    entries.put('not a message', idOf('0'));
    entries.put({ ...message('1'), event: 'as an object' }, idOf('1'));
  });
  const { outbox } = outboxOf(store);
  await outbox.add(message('a'));
  expect(await outbox.oldest(100)).toEqual([
    [idOf('0'), 'not a message'],
    [idOf('1'), JSON.stringify({ ...message('1'), event: 'as an object' })],
    [idOf('a'), JSON.stringify(message('a'))],
  ]);
  await outbox.remove([idOf('0')]);
  expect(await idsOf(outbox)).toEqual(['1', 'a']);
});

test('what is older than 30 days is dropped and counted', async () => {
  const site = newSite();
  const day = 86_400_000;
  const old = (days: number) => (Date.now() - days * day).toString(16).padStart(12, '0');
  const kept = `${old(29).slice(0, 8)}-${old(29).slice(8)}-7000-8000-000000000000`;
  const gone = `${old(31).slice(0, 8)}-${old(31).slice(8)}-7000-8000-000000000000`;
  await openStore(site)('readwrite', (entries) => {
    for (const id of [kept, gone]) entries.put(JSON.stringify({ ...message('x'), messageId: id }), id);
  });
  const { outbox, dropped } = outboxOf(openStore(site));
  await outbox.add(message('a'));
  expect(dropped).toHaveBeenCalledExactlyOnceWith(1);
  expect((await outbox.oldest()).map(([id]) => id)).toEqual([kept, idOf('a')]);
});

test('no more than 5 MB stay on the device, whatever the number of messages', async () => {
  const site = newSite();
  const text = 'x'.repeat(30_000);
  await openStore(site)('readwrite', (entries) => {
    for (let n = 100; n < 300; n++)
      entries.put(JSON.stringify({ ...message(`${n}`), properties: { text } }), idOf(`${n}`));
  });
  const { outbox, dropped } = outboxOf(openStore(site));
  await outbox.add(message('a'));
  const kept = await outbox.oldest();
  expect(kept.reduce((sum, [, json]) => sum + json.length, 0)).toBeLessThanOrEqual(5_000_000);
  expect(kept.length).toBeGreaterThan(160);
  expect(dropped).toHaveBeenCalledExactlyOnceWith(201 - kept.length);
});

test('state beside the queue is not mistaken for a message', async () => {
  const store = openStore(newSite());
  await store('readwrite', (entries) => void entries.put({ anonymousId: 'x' }, '~state'));
  expect(await outboxOf(store).outbox.oldest(100)).toEqual([]);
});

test('a connection that WebKit has dropped is opened again, and the event is stored', async () => {
  const site = newSite();
  const store = openStore(site);
  let fail = true;
  await store('readwrite', (entries) => {
    if (fail) {
      fail = false;
      throw new DOMException('Connection to Indexed Database server lost', 'UnknownError');
    }
    entries.put(message('a'), idOf('a'));
  });
  expect(await idsOf(outboxOf(openStore(site)).outbox)).toEqual(['a']);
});
