import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createDelivery, type DeliveryAttempt } from './delivery.ts';
import type { Message } from './message.ts';
import type { Entry, Outbox } from './outbox.ts';

type Answer = () => Response | Promise<Response>;

const ok = () =>
  Response.json({ success: true, rejected: [], messages: [], visitor: { anonymousId: 'a', token: 't' } });
const refused = (status: number, headers?: HeadersInit) => () =>
  Response.json(
    { success: false, error: { code: 'unavailable', message: 'try later' } },
    { status, ...(headers && { headers }) },
  );
const unreachable = () => Promise.reject(new TypeError('Failed to fetch'));

/** An outbox in memory, a collector that answers as told, and what came of it. */
function rig(answer: (batch: Message[]) => Answer = () => ok) {
  const queue = new Map<string, Message>();
  const requests: {
    at: number;
    ids: string[];
    url: string;
    init: RequestInit;
    body: Record<string, unknown>;
  }[] = [];
  const attempts: DeliveryAttempt[] = [];
  const errors: unknown[][] = [];
  const busy = new Set<string>();
  const resting = () =>
    [...queue].filter(([id]) => !busy.has(id)).map(([id, message]): Entry => [id, JSON.stringify(message)]);
  const outbox: Outbox = {
    add: async () => {},
    busy,
    oldest: async (count) => resting().slice(0, count),
    unconfirmed: resting,
    remove: async (ids) => {
      for (const id of ids) queue.delete(id);
    },
    forget() {},
  };
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    const body = JSON.parse(String(init.body));
    requests.push({
      at: Date.now(),
      ids: body.batch.map((message: Message) => message?.messageId),
      url,
      init,
      body,
    });
    return answer(body.batch)();
  });
  const delivery = createDelivery(
    { endpoint: 'https://c.example/b', writeKey: 'demo' },
    outbox,
    (messages) => `{"batch":[${messages}]}`,
    (attempt) => attempts.push(attempt),
    ({ code, message, messageId }) => errors.push([code, message, messageId]),
  );
  const track = (...ids: string[]) => {
    for (const messageId of ids) queue.set(messageId, { type: 'track', event: 'x', messageId });
    delivery.wake();
  };
  return { delivery, queue, requests, attempts, errors, track };
}

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

test('the first batch leaves 50 ms after the first event, the next 2 s later', async () => {
  const { requests, track } = rig();
  track('a');
  track('b');
  await pass(49);
  expect(requests).toHaveLength(0);
  await pass(1);
  track('c');
  track('d');
  await pass(1_999);
  expect(requests).toHaveLength(1);
  await pass(1);
  expect(requests.map(({ ids }) => ids)).toEqual([
    ['a', 'b'],
    ['c', 'd'],
  ]);
  await pass(60_000);
  expect(requests).toHaveLength(2);
});

test('a batch costs no preflight', async () => {
  const { requests, track } = rig();
  track('a');
  await pass(50);
  const [{ url, init }] = requests as [(typeof requests)[number]];
  expect(url).toBe('https://c.example/b/v1/batch');
  expect(init).toMatchObject({ method: 'POST', credentials: 'omit' });
  expect(init.headers).toBeUndefined();
});

test('a 204 counts as delivered', async () => {
  const { queue, attempts, track } = rig(() => () => new Response(null, { status: 204 }));
  track('a');
  await pass(50);
  expect(queue.size).toBe(0);
  expect(attempts).toMatchObject([{ status: 204, answer: null }]);
});

test('a refused message is reported and not sent again; its neighbours are delivered', async () => {
  const rejected = [{ index: 0, messageId: 'a', code: 'too_large', message: 'over 32 kB' }];
  const { queue, errors, requests, track } = rig(
    () => () =>
      Response.json({ success: true, rejected, messages: [], visitor: { anonymousId: null, token: null } }),
  );
  track('a', 'b');
  await pass(5_000);
  expect(queue.size).toBe(0);
  expect(requests).toHaveLength(1);
  expect(errors).toEqual([['too_large', 'over 32 kB', 'a']]);
});

test.each([
  ['no network', unreachable],
  ['408', refused(408)],
  ['500', refused(500)],
  ['404 of a proxy', refused(404)],
])('%s: nothing is lost, and the wait grows', async (_, failure) => {
  let down = true;
  const { queue, requests, track } = rig(() => (down ? failure : ok));
  track('a');
  await pass(10_000);
  expect(queue.size).toBe(1);
  // 50 ms, +2.5 s, +3.75 s, then a wait of 5.625 s.
  expect(requests.map(({ at }) => at)).toEqual([50, 2_550, 6_300]);
  down = false;
  await pass(3_000);
  expect(queue.size).toBe(0);
});

test('Retry-After is obeyed: by the timer, by flush, and when the network comes back', async () => {
  const { delivery, requests, track } = rig(refused.bind(null, 429, { 'retry-after': '8' }));
  track('a');
  await pass(50);
  delivery.restart();
  await delivery.flush();
  delivery.depart();
  await pass(7_999);
  expect(requests).toHaveLength(1);
  await pass(1);
  expect(requests).toHaveLength(2);
});

test('the queue leaves at once when the network is back', async () => {
  let down = true;
  const { delivery, queue, requests, track } = rig(() => (down ? unreachable : ok));
  track('a');
  await pass(60_000);
  down = false;
  const before = requests.length;
  delivery.restart();
  await pass(50);
  expect(requests).toHaveLength(before + 1);
  expect(queue.size).toBe(0);
});

test('the queue leaves at once when the network is back just after an attempt', async () => {
  let down = true;
  const { delivery, queue, track } = rig(() => (down ? unreachable : ok));
  track('a');
  await pass(60);
  down = false;
  delivery.restart();
  await pass(50);
  expect(queue.size).toBe(0);
});

test('an attempt that was under way when the network came back does not make the queue wait', async () => {
  let fail: (error: Error) => void = () => {};
  let down = true;
  const { delivery, queue, requests, track } = rig(() =>
    down ? () => new Promise((_, reject) => (fail = reject)) : ok,
  );
  track('a');
  await pass(50);
  down = false;
  delivery.restart();
  expect(requests).toHaveLength(1);
  fail(new TypeError('Failed to fetch'));
  await pass(50);
  expect(requests).toHaveLength(2);
  expect(queue.size).toBe(0);
});

test('one message that spoils its batch is found and dropped alone', async () => {
  const { queue, errors, requests, track } = rig((batch) =>
    batch.some(({ messageId }) => messageId === 'm5') ? refused(400) : ok,
  );
  track(...Array.from({ length: 8 }, (_, index) => `m${index}`));
  await pass(20_000);
  expect(queue.size).toBe(0);
  expect(errors).toEqual([['unavailable', 'try later', 'm5']]);
  expect(requests.length).toBeLessThan(12);
});

test.each([401, 403])(
  '%i stops until the page is loaded again, keeps the queue and is said once',
  async (status) => {
    const { delivery, queue, errors, requests, track } = rig(() => refused(status));
    track('a');
    await pass(50);
    track('b');
    delivery.restart();
    delivery.depart();
    await delivery.flush();
    await pass(3_600_000);
    expect(requests).toHaveLength(1);
    expect(queue.size).toBe(2);
    expect(errors).toHaveLength(1);
  },
);

test('a page that goes away sends what is not on its way, within the keepalive quota', async () => {
  let answer: (response: Response) => void = () => {};
  const { delivery, queue, requests, track } = rig(() => () => new Promise((resolve) => (answer = resolve)));
  track('a');
  await pass(50);
  track('b', 'c');
  queue.set('big', { type: 'track', event: 'x', messageId: 'big', properties: { text: 'ü'.repeat(30_000) } });
  delivery.depart();
  delivery.depart();
  expect(requests.map(({ ids, init }) => [...ids, init.keepalive])).toEqual([
    ['a', true],
    ['b', 'c', true],
    ['big', false],
  ]);
  const [, beacon] = requests;
  expect(beacon?.url).toBe('https://c.example/b/v1/batch?beacon=1');
  expect(beacon?.init.keepalive).toBe(true);
  expect(queue.size).toBe(4);
  answer(new Response(null, { status: 204 }));
  await pass(0);
  expect([...queue.keys()]).toEqual(['a', 'b', 'c']);
});

test('a long queue leaves in batches of at most 100 messages and 60 kB', async () => {
  const { delivery, queue, requests } = rig();
  for (let index = 0; index < 250; index++) {
    const properties = { text: 'x'.repeat(index < 20 ? 30_000 : 10) };
    queue.set(`m${index}`, { type: 'track', event: 'x', messageId: `m${index}`, properties });
  }
  await delivery.flush();
  expect(queue.size).toBe(0);
  for (const { ids, init } of requests) {
    expect(ids.length).toBeLessThanOrEqual(100);
    expect(String(init.body).length).toBeLessThan(61_000);
  }
});

test('a backlog leaves within seconds once the collector is back', async () => {
  const { queue, track } = rig();
  track(...Array.from({ length: 1_000 }, (_, index) => `m${1_000 + index}`));
  await pass(2_000);
  expect(queue.size).toBe(0);
});

test('flush waits for what was queued while a batch was under way', async () => {
  const { delivery, queue, track } = rig();
  track('a');
  const first = delivery.flush();
  track('b');
  await Promise.all([first, delivery.flush()]);
  expect(queue.size).toBe(0);
});

test('while another tab is sending, this one waits until it has finished', async () => {
  let free: (value?: unknown) => void = () => {};
  const other = new Promise((resolve) => (free = resolve));
  vi.stubGlobal('navigator', {
    locks: { request: (_name: string, work: () => unknown) => other.then(work) },
  });
  const { queue, requests, track } = rig();
  track('a');
  await pass(1_000);
  expect(requests).toHaveLength(0);
  free();
  await pass(0);
  expect(requests).toHaveLength(1);
  expect(queue.size).toBe(0);
});

test('a hidden tab lets the visible one go first', async () => {
  vi.spyOn(document, 'hidden', 'get').mockReturnValue(true);
  const { requests, track } = rig();
  track('a');
  await pass(1_049);
  expect(requests).toHaveLength(0);
  await pass(1);
  expect(requests).toHaveLength(1);
});

test('after consent was withdrawn nothing leaves, whatever is still under way', async () => {
  let answer: (response: Response) => void = () => {};
  const { delivery, requests, track } = rig(() => () => new Promise((resolve) => (answer = resolve)));
  track('a', 'b');
  await pass(50);
  track('c');
  delivery.stop();
  answer(ok());
  delivery.restart();
  delivery.depart();
  await delivery.flush();
  await pass(60_000);
  expect(requests).toHaveLength(1);
});

test('a server that asks to come back at once is not stormed', async () => {
  const { requests, track } = rig(refused.bind(null, 503, { 'retry-after': '0' }));
  track('a');
  await pass(10_000);
  expect(requests.length).toBeLessThanOrEqual(6);
});
