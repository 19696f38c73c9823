import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createEmitter, type PopupEvent } from '../events.ts';
import type { ArmedMessage, ClaimAnswer, ClaimRequest, PopupContent } from '../message.ts';
import { createMessageIds } from '../message-id.ts';
import type { Note } from '../tabs.ts';
import * as extrasChunk from './extras/index.ts';
import type { OnsiteHost } from './host.ts';
import { type Heard, hear } from './index.ts';

const content: PopupContent = {
  kind: 'modal',
  lang: 'en',
  closeLabel: 'Close',
  title: 'Free shipping',
  css: '',
  blocks: [
    { type: 'heading', text: 'Free shipping <b>today</b>' },
    {
      type: 'text',
      runs: ['Use it ', { text: 'now', bold: true }, { text: 'evil', href: 'javascript:alert(1)' }],
    },
    { type: 'coupon', code: 'SHIP0', label: 'Your code' },
    { type: 'button', text: 'Never', action: 'url', href: 'javascript:alert(1)' },
    { type: 'button', text: 'Checkout', action: 'url', href: '/checkout' },
    { type: 'button', text: 'Later', action: 'close' },
  ],
};
const popup = (id: string, more: Partial<ArmedMessage> = {}): ArmedMessage => ({
  id,
  cause: 'own',
  campaign: 'free-shipping@1',
  variant: 'a',
  triggers: [{ on: 'load' }],
  ...more,
});

/** Answered when the test says so. */
let hold: Promise<void> | undefined;
let answers: (ClaimAnswer | number | Error)[] = [];
const claims: ClaimRequest[] = [];

beforeEach(() => {
  answers = [];
  hold = undefined;
  claims.length = 0;
  vi.stubGlobal('fetch', async (_url: string, init: RequestInit) => {
    claims.push(JSON.parse(String(init.body)));
    await hold;
    const answer = answers.shift() ?? { show: true, content };
    if (answer instanceof Error) throw answer;
    return typeof answer === 'number' ? new Response(null, { status: answer }) : Response.json(answer);
  });
});
const pages: { disarm(): void }[] = [];
/** What the core tells the chunk. */
function popupsOf(host: OnsiteHost) {
  const told = (heard: Heard) => hear(host, heard);
  told({});
  const onsite = {
    receive: (received: ArmedMessage) => told({ received }),
    hear: told,
    show: (show: string) => told({ show }),
    disarm: () => host.disarm?.(),
  };
  pages.push(onsite);
  return onsite;
}
afterEach(() => {
  for (const page of pages.splice(0)) page.disarm();
  history.replaceState(null, '', '/');
  document.body.replaceChildren();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function stage(made = true) {
  const track = vi.fn();
  const phases: string[] = [];
  const fail = vi.fn();
  const load = vi.fn(async () => extrasChunk);
  const flush = vi.fn(async () => {});
  const told: Note[] = [];
  const events = createEmitter();
  const ids = createMessageIds();
  events.on('message', ({ phase, popup, reason }) =>
    phases.push([phase, popup.id, reason].filter(Boolean).join(' ')),
  );
  const host: OnsiteHost = {
    endpoint: 'https://c.example',
    writeKey: 'demo',
    visitor: () => ({ anonymousId: 'anon', token: 'route' }),
    push: {} as never,
    ids: { ...ids, made: () => made },
    tell: (note: Note) => void told.push(note),
    track,
    flush,
    fail,
    load: load as never,
    ...events,
  };
  const onsite = popupsOf(host);
  /** A message of this page; a view of a page is one. */
  const call = (type: 'page' | 'track', event = '', properties = {}) => {
    const mark = ids.next();
    if (type === 'page') host.ids.view = mark;
    events.emit('call', { type, event, properties, ...mark } as never);
    return mark.messageId;
  };
  return { onsite, track, phases, fail, load, flush, told, call, host, ids, on: events.on };
}
const tracked = (track: ReturnType<typeof vi.fn>) => track.mock.calls.map(([event]) => event);
const root = () => document.querySelector('[data-beckon]')?.shadowRoot ?? undefined;
const painted = async () => {
  await vi.waitFor(() => expect(root()?.querySelector('dialog')?.open).toBe(true));
  // What is told of it follows in the same task.
  for (let turn = 0; turn < 9; turn++) await null;
};
const gone = () => vi.waitFor(() => expect(root()).toBeUndefined());
const click = (selector: string, at = 0) => root()?.querySelectorAll<HTMLElement>(selector)[at]?.click();

test('a popup is painted only after the claim, as text, and without a way to run script', async () => {
  const { onsite, track, phases, fail } = stage();
  onsite.receive(popup('p1'));
  expect(root()).toBeUndefined();
  await painted();
  expect(claims).toEqual([
    {
      writeKey: 'demo',
      anonymousId: 'anon',
      token: 'route',
      claimId: expect.any(String),
      locales: ['', 'en-US', 'en'],
    },
  ]);
  expect(root()?.querySelector('h2')?.textContent).toBe('Free shipping <b>today</b>');
  expect([...(root()?.querySelectorAll('a') ?? [])].map(({ textContent }) => textContent)).toEqual([
    'Checkout',
  ]);
  expect(root()?.querySelector('dialog')?.ariaLabel).toBe('Free shipping');
  expect([...(root()?.querySelectorAll('button') ?? [])].at(-1)?.ariaLabel).toBe('Close');
  expect(root()?.querySelectorAll('[style], style, script')).toHaveLength(0);
  expect(phases).toEqual(['armed p1', 'show p1', 'shown p1']);
  const properties = { campaign: 'free-shipping@1', variant: 'a', message_id: 'p1' };
  expect(track.mock.calls).toEqual([['popup_shown', { ...properties, seen_ms: 0 }]]);
  expect(fail).not.toHaveBeenCalled();
});

test.each([
  ['button', () => click('.close')],
  ['escape', () => root()?.querySelector('dialog')?.close()],
  [
    'backdrop',
    () => {
      const dialog = root()?.querySelector('dialog');
      dialog?.dispatchEvent(new Event('pointerdown'));
      dialog?.dispatchEvent(new Event('click'));
    },
  ],
])('dismissed by %s: said so, and all of it is removed', async (how, dismiss) => {
  const { onsite, track } = stage();
  onsite.receive(popup('p1'));
  await painted();
  dismiss();
  await gone();
  expect(track).toHaveBeenLastCalledWith('popup_dismissed', {
    campaign: 'free-shipping@1',
    variant: 'a',
    message_id: 'p1',
    how,
    seen_ms: expect.any(Number),
  });
  expect(document.body.children).toHaveLength(0);
});

test('text selected with the mouse beyond the edge of the card does not close it', async () => {
  const { onsite } = stage();
  onsite.receive(popup('p1'));
  await painted();
  const dialog = root()?.querySelector('dialog');
  dialog?.querySelector('h2')?.dispatchEvent(new Event('pointerdown', { bubbles: true }));
  dialog?.dispatchEvent(new Event('click'));
  expect(dialog?.open).toBe(true);
});

test("the popup's own button to close it dismisses it", async () => {
  const { onsite, track, phases } = stage();
  onsite.receive(popup('p1'));
  await painted();
  click('button.button');
  await gone();
  expect(track.mock.calls.map(([event, { how }]) => [event, how])).toEqual([
    ['popup_shown', undefined],
    ['popup_dismissed', 'close'],
  ]);
  expect(phases).toEqual(['armed p1', 'show p1', 'shown p1', 'dismissed p1']);
});

test('copying the code leaves the popup open', async () => {
  const writeText = vi.fn(async () => {});
  vi.stubGlobal('navigator', { clipboard: { writeText }, languages: ['en'] });
  const { onsite, track } = stage();
  onsite.receive(popup('p1'));
  await painted();
  click('.coupon');
  await vi.waitFor(() => expect(root()?.querySelector('[role=status]')?.textContent).toBe('✓'));
  expect(writeText).toHaveBeenCalledWith('SHIP0');
  expect(track).toHaveBeenLastCalledWith('popup_clicked', expect.objectContaining({ action: 'copy' }));
  expect(root()?.querySelector('dialog')?.open).toBe(true);
});

test('one popup at a time: the next one asks when the first has gone', async () => {
  const { onsite, phases } = stage();
  onsite.receive(popup('p1'));
  onsite.receive(popup('p2', { campaign: 'other@1' }));
  await painted();
  expect(claims).toHaveLength(1);
  click('.close');
  await vi.waitFor(() => expect(phases).toContain('shown p2'));
  expect(document.querySelectorAll('[data-beckon]')).toHaveLength(1);
});

test('an arming that comes twice is shown once', async () => {
  const { onsite, phases } = stage();
  onsite.receive(popup('p1'));
  onsite.receive(popup('p1'));
  await painted();
  expect(phases).toEqual(['armed p1', 'show p1', 'shown p1']);
});

test('a refused claim paints nothing, and lets the next popup through', async () => {
  answers = [{ show: false, reason: 'cap' }];
  const { onsite, phases } = stage();
  onsite.receive(popup('p1'));
  onsite.receive(popup('p2'));
  await painted();
  expect(phases).toEqual(['armed p1', 'armed p2', 'refused p1 cap', 'show p2', 'shown p2']);
});

test('an answer lost on the way does not count the popup twice: the claim is repeated with its id', async () => {
  vi.useFakeTimers();
  answers = [new TypeError('Failed to fetch'), 503];
  const { onsite } = stage();
  onsite.receive(popup('p1'));
  await vi.advanceTimersByTimeAsync(6_000);
  expect(root()?.querySelector('dialog')?.open).toBe(true);
  expect(claims).toHaveLength(3);
  expect(new Set(claims.map(({ claimId }) => claimId)).size).toBe(1);
});

test('after a logout the popups of the visitor before are not shown', async () => {
  const { onsite, phases } = stage();
  onsite.receive(popup('p1'));
  onsite.disarm();
  onsite.receive(popup('p2'));
  await painted();
  expect(phases).toEqual(['armed p1', 'armed p2', 'refused p1 reset', 'show p2', 'shown p2']);
});

test('a route that is left takes its popups with it, those that come late and the open one included', async () => {
  const { onsite, call, track, phases } = stage();
  const before = call('page');
  onsite.receive(popup('open', { cause: before }));
  onsite.receive(popup('waiting', { cause: before, campaign: 'other@1' }));
  await painted();
  call('page');
  await gone();
  expect(track).toHaveBeenLastCalledWith(
    'popup_closed',
    expect.objectContaining({ how: 'navigation', message_id: 'open' }),
  );
  onsite.receive(popup('late', { cause: before, campaign: 'third@1' }));
  onsite.receive(popup('new', { cause: call('track'), campaign: 'fourth@1' }));
  await painted();
  expect(phases).not.toContain('armed late');
  expect(claims).toHaveLength(2);
  expect(phases.at(-1)).toBe('shown new');
  expect(tracked(track)).toEqual(['popup_shown', 'popup_closed', 'popup_shown']);
});

test('a popup is not for a route that was left before its code had loaded', () => {
  const { host } = stage();
  const cause = host.ids.next().messageId;
  const phases: string[] = [];
  host.on('message', ({ phase }) => phases.push(phase));
  const ids = { ...host.ids, view: host.ids.next() };
  popupsOf({ ...host, ids, onsite: undefined }).receive(popup('p1', { cause }));
  expect(phases).toEqual([]);
});

test('what the previous page has caused may be shown on this one, until that is left, too', async () => {
  const { onsite, call, ids } = stage(false);
  const cause = ids.next().messageId;
  call('page');
  onsite.receive(popup('p1', { cause }));
  await painted();
  call('page');
  await gone();
});

test('a page view that belongs to a popup, and arrives after it, leaves it alone', async () => {
  const { onsite, ids, host, track } = stage();
  const view = ids.next().messageId;
  onsite.receive(popup('p1', { cause: ids.next().messageId }));
  await painted();
  host.emit('call' as never, { type: 'page', messageId: view } as never);
  expect(tracked(track)).toEqual(['popup_shown']);
});

test('where the address has just changed, nothing is asked until the route is known', async () => {
  vi.useFakeTimers();
  const { onsite, call } = stage();
  const cause = call('page');
  onsite.receive(popup('p1', { cause }));
  await vi.advanceTimersByTimeAsync(150);
  history.pushState(null, '', '/next');
  await vi.advanceTimersByTimeAsync(100);
  call('page');
  await vi.advanceTimersByTimeAsync(10_000);
  expect(claims).toHaveLength(0);
});

test('a route left while the collector is asked: nothing is painted', async () => {
  let answer = () => {};
  hold = new Promise((resolve) => {
    answer = resolve;
  });
  const { onsite, call, phases } = stage();
  onsite.receive(popup('p1', { cause: call('page') }));
  await vi.waitFor(() => expect(claims).toHaveLength(1));
  call('page');
  answer();
  await vi.waitFor(() => expect(phases).toContain('refused p1 navigation'));
  expect(root()).toBeUndefined();
});

test('after a logout the open popup is closed as well', async () => {
  const { onsite, track } = stage();
  onsite.receive(popup('p1'));
  await painted();
  onsite.disarm();
  await gone();
  expect(track).toHaveBeenLastCalledWith('popup_closed', expect.objectContaining({ how: 'reset' }));
});

test('who goes away with an open popup has left it: said once, ahead of the last delivery', async () => {
  const { onsite, track } = stage();
  let reported = false;
  addEventListener(
    'pagehide',
    () => {
      reported = tracked(track).includes('popup_closed');
    },
    { once: true },
  );
  onsite.receive(popup('p1'));
  await painted();
  dispatchEvent(new Event('pagehide'));
  expect(reported).toBe(true);
  dispatchEvent(new Event('pagehide'));
  onsite.disarm();
  expect(track.mock.calls.filter(([event]) => event === 'popup_closed')).toEqual([
    ['popup_closed', expect.objectContaining({ how: 'left', message_id: 'p1' })],
  ]);
  expect(root()).toBeUndefined();
});

test('seen time is that in which the popup was open and the page visible', async () => {
  vi.useFakeTimers();
  const { onsite, track } = stage();
  onsite.receive(popup('p1'));
  await vi.advanceTimersByTimeAsync(300);
  const shown = performance.now();
  const look = (hidden: boolean) => {
    vi.spyOn(document, 'hidden', 'get').mockReturnValue(hidden);
    document.dispatchEvent(new Event('visibilitychange'));
  };
  await vi.advanceTimersByTimeAsync(4_000);
  look(true);
  await vi.advanceTimersByTimeAsync(60_000);
  look(false);
  await vi.advanceTimersByTimeAsync(1_000);
  click('.close');
  await vi.advanceTimersByTimeAsync(0);
  const { seen_ms } = track.mock.calls.at(-1)?.[1] ?? {};
  expect(seen_ms).toBeGreaterThanOrEqual(5_000);
  expect(seen_ms).toBeLessThan(5_000 + shown);
});

test('what was dismissed is not shown from an earlier arming, here or in another tab', async () => {
  const { onsite, told, phases } = stage();
  onsite.receive(popup('p1'));
  onsite.receive(popup('p2', { campaign: 'free-shipping@2' }));
  onsite.receive(popup('p3', { campaign: 'other@1' }));
  onsite.receive(popup('p4', { campaign: 'fourth@1' }));
  await painted();
  click('.close');
  expect(told).toContainEqual({ ended: 'free-shipping' });
  onsite.hear({ ended: 'other' });
  await vi.waitFor(() => expect(phases).toContain('shown p4'));
  expect(phases).toContain('refused p2 removed');
  expect(phases).toContain('refused p3 removed');
  expect(claims).toHaveLength(2);
});

test('the collector hears what has just happened before it is asked', async () => {
  const { onsite, flush } = stage();
  let sent = () => {};
  flush.mockImplementation(
    () =>
      new Promise((resolve) => {
        sent = resolve;
      }),
  );
  onsite.receive(popup('p1'));
  await vi.waitFor(() => expect(flush).toHaveBeenCalled());
  expect(claims).toHaveLength(0);
  sent();
  await painted();
});

test('a page that shows popups in its own way is given the content, and stands in nobody else’s way', async () => {
  const { onsite, track, on, phases } = stage();
  let event: PopupEvent | undefined;
  on('message', (e) => {
    if (e.phase !== 'show') return;
    e.preventDefault?.();
    event ??= e;
  });
  onsite.receive(popup('p1'));
  onsite.receive(popup('p2', { campaign: 'other@1' }));
  await vi.waitFor(() => expect(phases).toContain('shown p2'));
  expect(event?.content).toEqual(content);
  expect(root()).toBeUndefined();
  expect(tracked(track)).toEqual(['popup_shown', 'popup_shown']);
  expect(phases).toEqual(['armed p1', 'armed p2', 'show p1', 'shown p1', 'show p2', 'shown p2']);
});

test("a listener that throws, and a tag manager that throws, are the page's own affair", async () => {
  const page = window as { dataLayer?: unknown };
  page.dataLayer = {
    push() {
      throw new Error('tag');
    },
  };
  vi.stubGlobal('reportError', vi.fn());
  answers = [{ show: true, content: { ...content, dataLayer: true } }];
  const { onsite, on, fail } = stage();
  on('message', () => {
    throw new Error('listener');
  });
  onsite.receive(popup('p1'));
  await painted();
  click('.close');
  await gone();
  expect(fail).toHaveBeenCalledWith(new Error('tag'));
  delete page.dataLayer;
});

test("with the option on, what happens is pushed to the page's dataLayer, which need not exist", async () => {
  answers = [{ show: true, content: { ...content, dataLayer: true } }];
  const { onsite } = stage();
  onsite.receive(popup('p1'));
  await painted();
  click('.close');
  await gone();
  const page = window as { dataLayer?: unknown };
  const entry = { event: 'beckon_popup', beckon_campaign: 'free-shipping@1', beckon_variant: 'a' };
  expect(page.dataLayer).toEqual([
    { ...entry, beckon_action: 'shown' },
    { ...entry, beckon_action: 'dismissed' },
  ]);
  delete page.dataLayer;
});

test("without it, the page's dataLayer is left alone", async () => {
  const { onsite } = stage();
  onsite.receive(popup('p1'));
  await painted();
  expect(window).not.toHaveProperty('dataLayer');
});

const api = (id: string, more = {}) => popup(id, { triggers: [{ on: 'api' }], ...more });

test('the page asks for a popup by the id of its campaign', async () => {
  const { onsite, call } = stage();
  onsite.receive(api('p1', { cause: call('page') }));
  onsite.show('free');
  onsite.show('free-shipping');
  await painted();
});

test('asked for before it is armed, it is shown as soon as it is, once', async () => {
  const { onsite, call, load } = stage();
  call('page');
  onsite.show('free-shipping');
  onsite.receive(api('p1', { cause: call('track') }));
  await painted();
  click('.close');
  await gone();
  onsite.receive(api('p2', { cause: call('track') }));
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(claims).toHaveLength(1);
  expect(load).not.toHaveBeenCalled();
});

test('asked for twice in a hurry, it does not come back once it was closed', async () => {
  const { onsite, call } = stage();
  onsite.receive(api('p1', { cause: call('page') }));
  onsite.show('free-shipping');
  onsite.show('free-shipping');
  await painted();
  click('.close');
  await gone();
  onsite.receive(api('p2', { cause: call('track') }));
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(claims).toHaveLength(1);
});

test('asked for again after it was closed and armed anew, it is shown again', async () => {
  const { onsite, call, phases } = stage();
  onsite.receive(api('p1', { cause: call('page') }));
  onsite.show('free-shipping');
  await painted();
  root()?.addEventListener('click', (event) => event.preventDefault());
  click('a[href]');
  await gone();
  onsite.receive(api('p2', { cause: call('track') }));
  onsite.show('free-shipping');
  await vi.waitFor(() => expect(phases).toContain('shown p2'));
});

test('what the page has asked for on one route is not shown on the next', async () => {
  vi.useFakeTimers();
  const { onsite, call, ids, host } = stage();
  call('page');
  onsite.show('free-shipping');
  const view = ids.next().messageId;
  // Asked for on the new route, whose view is reported when it has rendered.
  onsite.show('other');
  host.emit('call' as never, { type: 'page', messageId: view } as never);
  onsite.receive(api('p1', { cause: call('track') }));
  onsite.receive(api('p2', { cause: call('track'), campaign: 'other@3' }));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(claims).toHaveLength(1);
});

test('of a page that asks for a campaign without that trigger no notice is taken', async () => {
  vi.useFakeTimers();
  const { onsite } = stage();
  onsite.receive(popup('p1', { triggers: [{ on: 'exit' }] }));
  onsite.show('free-shipping');
  await vi.advanceTimersByTimeAsync(1_000);
  expect(claims).toHaveLength(0);
});

test('a popup with several triggers is asked for once, by the first', async () => {
  vi.useFakeTimers();
  const { onsite, load, call, phases } = stage();
  const triggers = [
    { on: 'event', event: 'add_to_cart' },
    { on: 'delay', delayMs: 5_000 },
    { on: 'moon', phase: 'full' },
  ] as ArmedMessage['triggers'];
  onsite.receive(popup('p1', { cause: call('page'), triggers }));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(new Set(load.mock.calls.flat())).toEqual(new Set(['extras']));
  call('track', 'add_to_cart');
  call('track', 'add_to_cart');
  await vi.advanceTimersByTimeAsync(10_000);
  expect(claims).toHaveLength(1);
  expect(phases).toEqual(['armed p1', 'show p1', 'shown p1']);
});

test('triggers that this version does not know never fire', async () => {
  vi.useFakeTimers();
  const { onsite, fail } = stage();
  onsite.receive(popup('p1', { triggers: [{ on: 'moon' }] as never }));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(claims).toHaveLength(0);
  expect(fail).not.toHaveBeenCalled();
});

test('without the code of the triggers the others still work, and the failure is reported', async () => {
  const { onsite, load, fail } = stage();
  load.mockRejectedValue(new TypeError('Failed to fetch'));
  onsite.receive(popup('p1', { triggers: [{ on: 'exit' }, { on: 'load' }] }));
  await painted();
  expect(fail).toHaveBeenCalledOnce();
});

test('offline, nothing is shown, the popup is refused, and the next one has its turn', async () => {
  vi.useFakeTimers();
  answers = [1, 2, 3].map(() => new TypeError('Failed to fetch'));
  const { onsite, phases } = stage();
  onsite.receive(popup('p1'));
  onsite.receive(popup('p2', { campaign: 'other@1' }));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(phases).toEqual(['armed p1', 'armed p2', 'refused p1 unreachable', 'show p2', 'shown p2']);
});

test('a collector that never answers does not block the popups for good', async () => {
  vi.useFakeTimers();
  hold = new Promise(() => {});
  const { onsite, phases } = stage();
  onsite.receive(popup('p1'));
  await vi.advanceTimersByTimeAsync(25_000);
  expect(phases).toContain('refused p1 unreachable');
});

test('an inline popup waits for its slot before it asks, and is in nobody’s way', async () => {
  const inline = { ...content, kind: 'inline' as const, slot: 'hero' };
  answers = [
    { show: true, content: inline },
    { show: true, content },
  ];
  const { onsite, phases } = stage();
  onsite.receive(popup('p1', { kind: 'inline', slot: 'hero' }));
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(claims).toHaveLength(0);
  const slot = document.createElement('div');
  slot.dataset.beckonSlot = 'hero';
  document.body.append(slot);
  await vi.waitFor(() => expect(phases).toContain('shown p1'));
  onsite.receive(popup('p2', { campaign: 'other@1' }));
  await vi.waitFor(() => expect(phases).toContain('shown p2'));
});

test('a popup granted while the visitor began to write waits until that is done', async () => {
  vi.useFakeTimers();
  let answer = () => {};
  hold = new Promise((resolve) => {
    answer = resolve;
  });
  const { onsite, phases } = stage();
  onsite.receive(popup('p1'));
  await vi.advanceTimersByTimeAsync(300);
  expect(claims).toHaveLength(1);
  const field = document.createElement('select');
  document.body.append(field);
  field.focus();
  answer();
  await vi.advanceTimersByTimeAsync(29_000);
  expect(phases).toEqual(['armed p1']);
  field.blur();
  await vi.advanceTimersByTimeAsync(2_000);
  expect(phases).toEqual(['armed p1', 'show p1', 'shown p1']);
});

test('a page in an unknown language, and one that says nonsense, get their popups all the same', async () => {
  document.documentElement.lang = 'de_AT<';
  const languages = ['de-AT', ...Array.from({ length: 12 }, (_, n) => `en-${n}`)];
  vi.spyOn(navigator, 'languages', 'get').mockReturnValue(languages);
  const { onsite } = stage();
  onsite.receive(popup('p1'));
  await painted();
  // The collector takes no notice of what is no language, and of a list that is too long.
  expect(claims[0]?.locales).toEqual(['de_AT<', ...languages.slice(0, 9)]);
  document.documentElement.lang = '';
  vi.restoreAllMocks();
});

/** Tabs that hear each other; each has made the messages of its name. */
function tabs(...names: string[]) {
  vi.useFakeTimers();
  const joined = names.map((name) => {
    const { host, phases } = stage();
    host.onsite = undefined;
    host.ids = { ...host.ids, made: (id) => id === name };
    host.tell = (note) => {
      for (const tab of joined) if (tab.host !== host) tab.onsite.hear(note);
    };
    return { host, phases, onsite: popupsOf(host) };
  });
  return joined;
}

test('a popup is armed in the tab whose message caused it, and nowhere else', async () => {
  const [sender, owner, other] = tabs('sender', 'owner', 'other');
  sender?.onsite.receive(popup('p1', { cause: 'owner', triggers: [] }));
  expect(owner?.phases).toEqual(['armed p1']);
  await vi.advanceTimersByTimeAsync(10_000);
  expect([sender?.phases, other?.phases]).toEqual([[], []]);
});

test('a popup whose page has been left is not lost: the tab that learned of it shows it', async () => {
  const [sender, other] = tabs('sender', 'other');
  sender?.onsite.receive(popup('p1', { cause: 'gone', triggers: [] }));
  await vi.advanceTimersByTimeAsync(300);
  expect(sender?.phases).toEqual(['armed p1']);
  expect(other?.phases).toEqual([]);
});

const quiet = (kind: 'bar' | 'inline', id: string, cause: string, campaign = 'free-shipping@1') => {
  answers.push({ show: true, content: { ...content, kind, slot: 'hero' } });
  return popup(id, { kind, slot: 'hero', cause, campaign });
};

test.each(['bar', 'inline'] as const)(
  'the cart has changed: the newer %s of a campaign takes the place of the older one, which counts as nothing',
  async (kind) => {
    document.body.innerHTML = '<p data-beckon-slot=hero></p>';
    const { onsite, call, track, phases } = stage();
    onsite.receive(quiet(kind, 'p1', call('track')));
    await vi.waitFor(() => expect(phases).toContain('shown p1'));
    onsite.receive(quiet(kind, 'p2', call('track')));
    await vi.waitFor(() => expect(phases).toContain('shown p2'));
    expect(phases.filter((phase) => !/armed|show /.test(phase))).toEqual([
      'shown p1',
      'closed p1',
      'shown p2',
    ]);
    expect(track).toHaveBeenCalledWith(
      'popup_closed',
      expect.objectContaining({ how: 'replaced', message_id: 'p1' }),
    );
    expect(document.querySelectorAll('[data-beckon=popup]')).toHaveLength(1);
  },
);

test('a bar is in no modal’s way, nor a modal in its; of two bars the second waits', async () => {
  vi.useFakeTimers();
  const { onsite, call, phases } = stage();
  onsite.receive(quiet('bar', 'p1', call('track')));
  await vi.advanceTimersByTimeAsync(1_000);
  onsite.receive(quiet('bar', 'p2', call('track'), 'other@1'));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(phases).toContain('shown p1');
  expect(phases).not.toContain('shown p2');
  answers = [];
  onsite.receive(popup('p3', { campaign: 'third@1' }));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(phases).toContain('shown p3');
  answers = [];
  quiet('bar', 'p2', '');
  for (const open of document.querySelectorAll('[data-beckon=popup]'))
    open.shadowRoot?.querySelector<HTMLElement>('.close')?.click();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(phases).toContain('shown p2');
});
