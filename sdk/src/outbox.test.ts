import 'fake-indexeddb/auto';
import type { UseStore } from 'idb-keyval';
import { expect, test, vi } from 'vitest';
import type { Message } from './message.ts';
import { createOutbox } from './outbox.ts';
import { openStore } from './store.ts';

let sites = 0;
const newSite = () => `outbox-${++sites}`;
const message = (id: string): Message => ({ type: 'track', event: 'x', messageId: id });
const outboxOf = (store: UseStore, limit?: number) => {
  const removed = vi.fn();
  const dropped = vi.fn();
  return { outbox: createOutbox(store, removed, dropped, limit), removed, dropped };
};
const idsOf = async (outbox: ReturnType<typeof createOutbox>, count = 100) =>
  (await outbox.oldest(count)).map(([id]) => id);
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
  expect(outbox.unconfirmed()).toEqual([['a', message('a')]]);
  expect(await idsOf(outbox)).toEqual(['a']);
});

test('a confirmed message is gone here, in the database and in the other tabs', async () => {
  const site = newSite();
  const { outbox, removed } = outboxOf(openStore(site));
  await outbox.add(message('a'));
  await outbox.add(message('b'));
  await outbox.remove(['a']);
  expect(await idsOf(outbox)).toEqual(['b']);
  expect(await idsOf(outboxOf(openStore(site)).outbox)).toEqual(['b']);
  expect(removed).toHaveBeenCalledWith(['a']);
});

test('a message that was confirmed while the database was slow is not stored afterwards', async () => {
  const site = newSite();
  const { outbox } = outboxOf(openStore(site));
  const added = outbox.add(message('a'));
  await outbox.remove(['a']);
  await added;
  expect(await idsOf(outboxOf(openStore(site)).outbox)).toEqual([]);
});

test('without a database the page delivers from memory, and each message once', async () => {
  const { outbox } = outboxOf(broken);
  await outbox.add(message('a'));
  await outbox.add(message('b'));
  expect(await idsOf(outbox)).toEqual(['a', 'b']);
  await outbox.remove(['a']);
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
  await outbox.remove(['a']);
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

test('an entry damaged by other code does not block the queue', async () => {
  const store = openStore(newSite());
  await store('readwrite', (entries) => void entries.put('not a message', '0'));
  const { outbox } = outboxOf(store);
  await outbox.add(message('a'));
  expect(await outbox.oldest(100)).toEqual([
    ['0', 'not a message'],
    ['a', message('a')],
  ]);
  await outbox.remove(['0']);
  expect(await idsOf(outbox)).toEqual(['a']);
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
    entries.put(message('a'), 'a');
  });
  expect(await idsOf(outboxOf(openStore(site)).outbox)).toEqual(['a']);
});
