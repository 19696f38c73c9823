import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { CONSENT_COOKIE, writeCookie } from '../cookie.ts';
import { createEmitter } from '../events.ts';
import type { InspectAnswer, Message } from '../message.ts';
import type { Options } from '../options.ts';
import { start } from './inspector.ts';
import { land } from './landing.ts';

const answer: InspectAnswer = {
  site: { id: 'demo', name: 'Tarn', currency: 'EUR' },
  visitor: { known: true, test: false, withheld: false },
  consent: { analytics: true, marketing: null },
  cart: { items: [{ item_id: 'mug', price: 12, quantity: 2 }], value: 24, currency: 'EUR', updatedAt: null },
  arrived: {},
  campaigns: [
    {
      id: 'free-shipping',
      name: 'Free shipping',
      status: 'live',
      matched: false,
      gate: 'audience',
      because: 'cart.value is 24, wants ≥ 50',
      open: 9,
      gates: 10,
    },
  ],
  draft: null,
};

let asked: { url: string; body: Record<string, unknown> }[];
let reply: () => unknown;
let anonymousId: string | undefined;

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  reply = () => answer;
  anonymousId = 'v';
  vi.stubGlobal('fetch', async (url: string, { body }: RequestInit) => {
    asked.push({ url, body: JSON.parse(String(body)) });
    return { json: async () => reply() };
  });
  sessionStorage.clear();
  history.replaceState(null, '', '/');
});
afterEach(() => {
  for (const open of document.querySelectorAll('[data-beckon]')) open.remove();
  writeCookie(CONSENT_COOKIE, '', 0);
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const host = {
  endpoint: 'https://c.test',
  writeKey: 'demo',
  visitor: () => ({ anonymousId: 'v', token: 'route' }),
};
async function open(options: object = {}) {
  const { on, emit } = createEmitter();
  const cart = { get: () => ({ currency: 'EUR', items: [{ item_id: 'mug', price: 12, quantity: 1 }] }) };
  // As the core does it where the address or a cookie speaks of us.
  const site = { ...host, ...options } as never as Options;
  await land(site, on, emit);
  if (site.inspector)
    start({ on, cart, anonymousId: () => anonymousId } as never, site.inspector, site as never);
  await vi.advanceTimersByTimeAsync(1_000);
  const root = () => document.querySelector('[data-beckon=inspector]')?.shadowRoot;
  return {
    emit,
    root,
    read: (selector: string) =>
      [...(root()?.querySelectorAll(selector) ?? [])].map(({ textContent }) =>
        textContent?.replace(/\s+/g, ' ').trim(),
      ),
    click: (label: string) => root()?.querySelector<HTMLElement>(`[aria-label^="${label}"]`)?.click(),
    settle: (ms = 1_000) => vi.advanceTimersByTimeAsync(ms),
  };
}
const made = (message: Partial<Message>) =>
  ({ messageId: '1', timestamp: '2030-01-01T10:00:00.000Z', ...message }) as Message;
const track = (event: string, messageId = event, properties = {}) =>
  made({ type: 'track', event, messageId, properties });
const delivered = (messages: Message[], more: object = {}) => ({
  sent: messages.map((message) => JSON.stringify(message)),
  status: 200,
  answer: {
    success: true as const,
    rejected: [],
    messages: [],
    visitor: { anonymousId: 'v', token: null },
    ...more,
  },
});

describe('the link', () => {
  test('leaves the address bar as the page wrote it, and opens the panel on the tab’s next pages until it is closed', async () => {
    history.replaceState({ kept: 1 }, '', '/shop?a=%7e+b&beckon_inspect=t.s&c#top');
    const first = await open();
    expect(location.href).toMatch(/\/shop\?a=%7e\+b&c#top$/);
    expect(history.state).toEqual({ kept: 1 });
    expect(asked).toEqual([
      {
        url: 'https://c.test/v1/inspect',
        body: { writeKey: 'demo', anonymousId: 'v', token: 'route', inspect: 't.s' },
      },
    ]);
    document.querySelector('[data-beckon]')?.remove();
    const second = await open();
    expect(asked.at(-1)?.body.inspect).toBe('t.s');
    first.root();
    second.click('Close');
    expect(second.root()).toBeUndefined();
    expect(sessionStorage.length).toBe(0);
    const before = asked.length;
    second.emit('delivery', delivered([track('view_item')]));
    await second.settle();
    expect(asked).toHaveLength(before);
    expect((await open()).root()).toBeUndefined();
  });

  test('works on this page where storage is refused', async () => {
    vi.stubGlobal('sessionStorage', {
      getItem: () => {
        throw new Error('refused');
      },
      setItem: () => {
        throw new Error('refused');
      },
    });
    history.replaceState(null, '', '/?beckon_inspect=t.s');
    expect((await open()).read('.site')).toEqual(['Tarn']);
    expect(location.search).toBe('');
  });
});

describe('the panel', () => {
  beforeEach(() => history.replaceState(null, '', '/?beckon_inspect=t.s'));
  const steps = (read: (selector: string) => unknown[]) => read('.steps .line .state');

  test('turns each step green when it has arrived, on this page or an earlier one; what is missing says what to do', async () => {
    const { emit, read, root, settle } = await open();
    expect(steps(read)).toEqual(Array(4).fill('not seen yet'));
    expect(read('.steps code')[1]).toBe(
      "beckon.track('view_item', { currency: 'EUR', value: 24, items: [{ item_id: 'mug', item_name: 'Mug', price: 12 }] });",
    );
    const view = made({ type: 'page', messageId: 'p', properties: { path: '/' } });
    emit('call', view);
    await settle();
    expect(steps(read)[0]).toBe('made, not delivered yet');
    emit('delivery', delivered([view, track('view_item')]));
    await settle();
    expect(steps(read)).toEqual(['arrived', 'arrived', 'not seen yet', 'not seen yet']);
    root()?.host.remove();
    reply = () => ({
      ...answer,
      arrived: { purchase: new Date().toISOString(), cart_updated: '2020-01-01T00:00:00Z' },
    });
    const next = await open();
    expect(steps(next.read)).toEqual(['arrived', 'arrived', 'not seen yet', 'arrived']);
    expect(next.read('.count')).toEqual(['3 of 4']);
  });

  test('shows each event with its fields, and why one was refused', async () => {
    const { emit, read, settle, root } = await open();
    emit('call', track('search', 's', { search_term: '<b>boots</b>' }));
    emit('call', track('view_item', 'x'));
    await settle();
    expect(read('.rows summary .state')).toEqual(['waiting', 'waiting']);
    const rejected = [{ index: 1, messageId: 'x', code: 'too_large' as const, message: 'Too much.' }];
    const first = root()?.querySelector('.rows [data-event=search] details');
    first?.toggleAttribute('open', true);
    emit(
      'delivery',
      delivered([track('search', 's', { search_term: '<b>boots</b>' }), track('view_item', 'x')], {
        rejected,
      }),
    );
    await settle();
    expect(root()?.querySelector('[data-event=search] details')?.hasAttribute('open')).toBe(true);
    expect(read('[data-event=search] pre')).toEqual(['{ "search_term": "<b>boots</b>" }']);
    expect(root()?.querySelector('pre b')).toBeNull();
    expect(read('[data-event=view_item] .short')).toEqual(['too_large: Too much.']);
    expect(steps(read)[1]).toBe('refused');
  });

  test('says what stops each campaign, and what its popup waits for on this page', async () => {
    const { emit, read, settle } = await open();
    expect(read('.campaigns .because')).toEqual(['cart.value is 24, wants ≥ 50']);
    const popup = {
      id: '1',
      cause: 'm',
      campaign: 'free-shipping@3',
      variant: 'a',
      triggers: [{ on: 'exit' as const }],
    };
    emit('message', { phase: 'armed', popup });
    await settle();
    expect(read('.campaigns .popup')).toEqual(['On this page: armed, waits for signs of leaving']);
    emit('message', { phase: 'refused', popup, reason: 'caps' });
    await settle();
    expect(read('.campaigns .popup')[0]).toContain('the gate “caps” was closed');
  });

  test('asks once after several answers, and again while a campaign waits for the gap between popups', async () => {
    const { emit, settle } = await open();
    const before = asked.length;
    for (const id of ['a', 'b', 'c']) emit('delivery', delivered([track('search', id)]));
    await settle();
    expect(asked).toHaveLength(before + 1);
    reply = () => ({ ...answer, campaigns: [{ ...answer.campaigns[0], gate: 'priority' }] });
    emit('delivery', delivered([track('search', 'd')]));
    await settle();
    await settle(5_000);
    expect(asked.length).toBeGreaterThanOrEqual(before + 3);
  });

  test('shows the cart as the page and as the collector have it, and makes a test visitor', async () => {
    const { read, root, settle } = await open();
    expect(read('h3')).toEqual(['This page: €12.00', 'Collector: €24.00']);
    const box = root()?.querySelector<HTMLInputElement>('input[type=checkbox]');
    box?.click();
    await settle();
    expect(asked.at(-1)?.body.test).toBe(true);
  });

  test('says what is wrong: a link that has run out, a wrong key, a withheld person, a faulty draft', async () => {
    reply = () => ({ success: false, error: { code: 'unauthorized', message: 'This link has run out.' } });
    const { emit, read, settle } = await open();
    expect(read('.notice')).toEqual(['This link has run out.']);
    emit('error', { code: 'forbidden_origin', message: 'https://shop.test is not allowed.' });
    emit('delivery', { sent: ['{"type":"page","messageId":"p"}'], status: 403, answer: null });
    reply = () => ({
      ...answer,
      visitor: { known: true, test: false, withheld: true },
      draft: {
        id: 'promo',
        name: null,
        problems: [{ severity: 'error', pointer: '', message: 'There is no such draft.' }],
      },
    });
    await settle();
    expect(read('.body > .problems li')).toEqual([
      'Delivery of 1: 403 origin not allowed. Kept until the page is loaded again.',
      "forbidden_origin: https://shop.test is not allowed. Add this page's origin to the site's allowed origins.",
    ]);
    emit('delivery', delivered([track('search')]));
    await settle();
    expect(read('.notice')[0]).toContain('known person');
    expect(read('.content .problems li')).toEqual(['error There is no such draft.']);
  });

  test('asks about nobody without consent, and says so', async () => {
    anonymousId = undefined;
    const { read } = await open({ consent: 'pending' });
    expect(asked).toEqual([]);
    expect(read('.notice')[0]).toContain('Nothing is stored or sent');
    expect(read('dd')).toContain('analytics not decided, marketing not decided');
  });

  test('keeps its corner and its size, and never takes the focus', async () => {
    const input = document.body.appendChild(document.createElement('input'));
    input.focus();
    const { click, root, settle } = await open();
    click('Move');
    click('Fold');
    await settle();
    const place = (of: typeof root) => {
      const shadow = of();
      return [
        (shadow?.host as HTMLElement | undefined)?.dataset.corner,
        shadow?.querySelector<HTMLElement>('.body')?.hidden,
      ];
    };
    expect(place(root)).toEqual(['bottom-start', true]);
    expect(document.activeElement).toBe(input);
    root()?.host.remove();
    expect(place((await open()).root)).toEqual(['bottom-start', true]);
    input.remove();
  });
});
