import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { LoadChunk } from '../chunks.ts';
import type { ArmedMessage, ClaimAnswer, ClaimRequest, PopupContent } from '../message.ts';
import { createMessageIds } from '../message-id.ts';
import * as extras from './extras/index.ts';
import { createOnsite } from './index.ts';

const content: PopupContent = {
  kind: 'modal',
  lang: 'en',
  closeLabel: 'Close',
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
const popup = (id: string): ArmedMessage => ({
  id,
  cause: 'own',
  campaign: 'free-shipping@1',
  variant: 'a',
  triggers: [{ on: 'load' }],
});

let answers: (ClaimAnswer | number | Error)[] = [];
const claims: ClaimRequest[] = [];

beforeEach(() => {
  answers = [];
  claims.length = 0;
  vi.stubGlobal('fetch', async (_url: string, init: RequestInit) => {
    claims.push(JSON.parse(String(init.body)));
    const answer = answers.shift() ?? { show: true, content };
    if (answer instanceof Error) throw answer;
    return typeof answer === 'number' ? new Response(null, { status: answer }) : Response.json(answer);
  });
});
afterEach(() => {
  // What is open comes back when it is only removed.
  click('.close');
  document.body.replaceChildren();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function stage() {
  const track = vi.fn();
  const phases: string[] = [];
  const fail = vi.fn();
  const onsite = createOnsite({
    endpoint: 'https://c.example',
    writeKey: 'demo',
    visitor: () => ({ anonymousId: 'anon', token: 'route' }),
    ids: { ...createMessageIds(), made: () => true },
    tell() {},
    load: (async () => extras) as unknown as LoadChunk,
    track,
    emit: (_, { phase, popup, reason }) => phases.push([phase, popup.id, reason].filter(Boolean).join(' ')),
    fail,
  });
  return { onsite, track, phases, fail };
}
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
    { writeKey: 'demo', anonymousId: 'anon', token: 'route', claimId: expect.any(String) },
  ]);
  expect(root()?.querySelector('h2')?.textContent).toBe('Free shipping <b>today</b>');
  expect([...(root()?.querySelectorAll('a') ?? [])].map(({ textContent }) => textContent)).toEqual([
    'Checkout',
  ]);
  expect(root()?.querySelector('dialog')?.getAttribute('aria-labelledby')).toBe('title');
  expect([...(root()?.querySelectorAll('button') ?? [])].at(-1)?.ariaLabel).toBe('Close');
  expect(root()?.querySelectorAll('[style], style, script')).toHaveLength(0);
  expect(phases).toEqual(['armed p1', 'shown p1']);
  const properties = { campaign: 'free-shipping@1', variant: 'a', message_id: 'p1' };
  expect(track.mock.calls).toEqual([['popup_shown', properties]]);
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
  expect(track).toHaveBeenLastCalledWith(
    'popup_dismissed',
    expect.objectContaining({ how, message_id: 'p1' }),
  );
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

test('a click on a button is a click, not a dismissal', async () => {
  const { onsite, track, phases } = stage();
  onsite.receive(popup('p1'));
  await painted();
  click('a.button');
  await gone();
  expect(track.mock.calls.map(([event, { action }]) => [event, action])).toEqual([
    ['popup_shown', undefined],
    ['popup_clicked', 'url'],
  ]);
  expect(phases).toEqual(['armed p1', 'shown p1', 'clicked p1']);
});

test('copying the code leaves the popup open', async () => {
  const writeText = vi.fn(async () => {});
  vi.stubGlobal('navigator', { clipboard: { writeText } });
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
  onsite.receive(popup('p2'));
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
  expect(phases).toEqual(['armed p1', 'shown p1']);
});

test('a refused claim paints nothing, and lets the next popup through', async () => {
  answers = [{ show: false, reason: 'cap' }];
  const { onsite, phases } = stage();
  onsite.receive(popup('p1'));
  onsite.receive(popup('p2'));
  await painted();
  expect(phases).toEqual(['armed p1', 'armed p2', 'refused p1 cap', 'shown p2']);
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

test('a popup never covers a dialog of the page: it waits until that is closed', async () => {
  const dialog = document.createElement('dialog');
  document.body.append(dialog);
  const modal = vi
    .spyOn(document, 'querySelector')
    .mockImplementationOnce(() => dialog)
    .mockImplementationOnce(() => null);
  const { onsite } = stage();
  onsite.receive(popup('p1'));
  await vi.waitFor(() => expect(modal).toHaveBeenCalled());
  expect(claims).toHaveLength(0);
  dialog.dispatchEvent(new Event('close'));
  await vi.waitFor(() => expect(claims).toHaveLength(1));
});

test('after a logout the popups of the visitor before are not shown', async () => {
  const { onsite, phases } = stage();
  onsite.receive(popup('p1'));
  onsite.disarm();
  onsite.receive(popup('p2'));
  await painted();
  expect(phases).toEqual(['armed p1', 'armed p2', 'shown p2']);
});
