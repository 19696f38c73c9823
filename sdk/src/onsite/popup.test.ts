import { afterEach, expect, test, vi } from 'vitest';
import type { LoadChunk } from '../chunks.ts';
import type { PopupContent } from '../message.ts';
import * as extras from './extras/index.ts';
import { openPopup } from './popup.ts';

const root = () => document.querySelector('[data-beckon]')?.shadowRoot;
const all = (selector: string) => [...(root()?.querySelectorAll<HTMLElement>(selector) ?? [])];
const one = <E extends HTMLElement = HTMLInputElement>(selector: string) => {
  const found = root()?.querySelector<E>(selector);
  if (!found) throw new Error(`no ${selector}`);
  return found;
};
const press = (target: HTMLElement, key: string) =>
  target.dispatchEvent(
    new KeyboardEvent('keydown', { key, bubbles: true, composed: true, cancelable: true }),
  );

let close = () => {};
afterEach(() => {
  // What is open comes back when it is only removed.
  close();
  document.body.replaceChildren();
  vi.useRealTimers();
});

async function open(content: unknown) {
  const calls = { clicked: vi.fn(), submitted: vi.fn(), closed: vi.fn(), opened: vi.fn() };
  const load = vi.fn(async () => extras);
  const popup = await openPopup(
    {
      kind: 'modal',
      lang: 'en',
      closeLabel: 'Close',
      title: 'Offer',
      css: '',
      ...(content as object),
    } as PopupContent,
    calls,
    { endpoint: 'https://c.example', load: load as unknown as LoadChunk },
  );
  close = () => popup?.close('reset');
  return { popup, calls, load };
}

test('a plain modal loads nothing more', async () => {
  const { load } = await open({
    blocks: [
      { type: 'heading', text: 'Hi' },
      { type: 'coupon', code: 'X' },
      { type: 'button', text: 'Go', action: 'call', name: 'chat' },
    ],
  });
  expect(load).not.toHaveBeenCalled();
  expect(one<HTMLDialogElement>('dialog').open).toBe(true);
});

test("a button for the page's own code tells its name and closes", async () => {
  const { calls } = await open({ blocks: [{ type: 'button', text: 'Chat', action: 'call', name: 'chat' }] });
  one('.button').click();
  expect(calls.clicked).toHaveBeenCalledWith('call', { name: 'chat' });
  expect(calls.closed.mock.calls).toEqual([['action']]);
  expect(root()).toBeUndefined();
});

test.each([
  ['nothing', undefined],
  ['blocks that are none', 7],
  ['blocks of a newer collector', [{ type: 'wheel-of-fortune' }]],
  [
    'blocks of another shape',
    [null, 3, 'x', { type: 'text' }, { type: 'products' }, { type: 'rating', scale: 'zodiac' }],
  ],
  ['a button of a newer collector', [{ type: 'button', text: 'Fly', action: 'fly' }]],
  ['a picture by script', [{ type: 'image', src: 'javascript:alert(1)', width: 9, height: 9, alt: '' }]],
  [
    'a picture in the address',
    [{ type: 'image', src: 'data:image/png;base64,AA', width: 9, height: 9, alt: '' }],
  ],
  [
    'a picture from another collector path',
    [{ type: 'image', src: '//evil.example/a.png', width: 9, height: 9, alt: '' }],
  ],
  ['a time that is none', [{ type: 'countdown', until: 'soon' }]],
  ['a time that is over', [{ type: 'countdown', until: '2020-01-01T00:00:00Z' }]],
])('%s: nothing is painted, nothing thrown', async (_, blocks) => {
  const { popup } = await open({ blocks });
  expect(popup).toBeUndefined();
  expect(root()).toBeUndefined();
});

test('an answer without any content paints nothing', async () => {
  const host = { endpoint: '', load: (async () => extras) as unknown as LoadChunk };
  const calls = { clicked() {}, submitted() {}, closed() {}, opened() {} };
  expect(await openPopup(null as unknown as PopupContent, calls, host)).toBeUndefined();
});

test('a kind of a newer collector is drawn with the style that came with it, and takes no focus', async () => {
  const before = document.activeElement;
  await open({ kind: 'hologram', blocks: [{ type: 'heading', text: 'Hi' }] });
  expect(one('.popup.hologram').textContent).toContain('Hi');
  expect(document.activeElement).toBe(before);
});

test('numbers where texts belong are shown as text', async () => {
  await open({
    lang: 5,
    closeLabel: 8,
    blocks: [
      { type: 'heading', text: 7 },
      { type: 'text', runs: [1, { text: 2 }] },
    ],
  });
  expect(one('.card').textContent).toBe('712');
});

test('a page rendered anew does not lose the popup; one that keeps doing so is let go', async () => {
  const { calls } = await open({ blocks: [{ type: 'heading', text: 'Hi' }] });
  for (let time = 0; time < 3; time++) {
    const host = document.querySelector('[data-beckon]');
    document.body.replaceChildren('new');
    await vi.waitFor(() => expect(host?.isConnected).toBe(true));
    expect(one<HTMLDialogElement>('dialog').open).toBe(true);
  }
  expect(calls.closed).not.toHaveBeenCalled();
  document.body.replaceChildren('new');
  await vi.waitFor(() => expect(calls.closed.mock.calls).toEqual([['removed']]), { timeout: 5_000 });
});

test('corners and bars are named regions that leave the focus where it is; Escape counts inside only', async () => {
  const field = document.createElement('input');
  document.body.append(field);
  field.focus();
  const { calls } = await open({ kind: 'slide-in', blocks: [{ type: 'heading', text: 'Hi' }] });
  const surface = one('.slide-in');
  expect([surface.role, surface.popover, surface.ariaLabel]).toEqual(['region', 'manual', 'Offer']);
  expect(document.activeElement).toBe(field);
  press(field, 'Escape');
  expect(calls.closed).not.toHaveBeenCalled();
  press(one('.close'), 'Escape');
  expect(calls.closed).toHaveBeenCalledWith('escape');
});

test('in a slot: there and nowhere else, and with it when it is rendered anew', async () => {
  const content = { kind: 'inline', slot: 'offer', blocks: [{ type: 'heading', text: 'Hi' }] };
  expect((await open(content)).popup).toBeUndefined();
  document.body.innerHTML = '<div data-beckon-slot="offer"></div>';
  const { calls } = await open(content);
  expect(document.querySelector('[data-beckon-slot] > [data-beckon]')).not.toBeNull();
  document.body.innerHTML = '<p><i data-beckon-slot="offer"></i></p>';
  await vi.waitFor(() => expect(document.querySelector('i > [data-beckon]')).not.toBeNull());
  vi.useFakeTimers();
  document.body.innerHTML = '';
  await vi.advanceTimersByTimeAsync(2_100);
  expect(calls.closed.mock.calls).toEqual([['removed']]);
});

test('closed by the visitor, its tab stays and opens it again; closed by a route, nothing stays', async () => {
  const { popup, calls } = await open({
    kind: 'modal',
    launcher: { text: '10 % off' },
    blocks: [{ type: 'heading', text: 'Hi' }],
  });
  one('.close').click();
  expect(calls.closed.mock.calls).toEqual([['button']]);
  one('.tab button').click();
  expect(calls.opened).toHaveBeenCalledOnce();
  expect(one<HTMLDialogElement>('dialog').open).toBe(true);
  popup?.close('navigation');
  expect(calls.closed).toHaveBeenLastCalledWith('navigation');
  expect(document.body.children).toHaveLength(0);
});

test('one that begins as a tab is open only after a click on it', async () => {
  const { popup, calls } = await open({
    minimised: true,
    launcher: { text: 'Offer' },
    blocks: [{ type: 'heading', text: 'Hi' }],
  });
  expect(one<HTMLDialogElement>('dialog').open).toBe(false);
  popup?.close('navigation');
  expect(calls.closed).not.toHaveBeenCalled();
  expect(root()).toBeUndefined();
});

const texts = { required: 'Needed', days: 'days' };
const asked = (name: string, more: object) => ({
  ...{ type: 'field', name, tag: 'input', input: name, label: name },
  ...{ attributes: { type: 'text' } },
  ...more,
});
const email = {
  attributes: { type: 'email', required: true, pattern: '[^\\s@]+@[^\\s@]+\\.[^\\s@]+' },
  fault: 'No e-mail',
};
const form = {
  texts,
  blocks: [
    asked('email', email),
    asked('phone', { attributes: { type: 'tel', pattern: '\\+?[\\d ]{6,24}' }, fault: 'No phone' }),
    asked('size', {
      ...{ input: 'select', tag: 'select', attributes: {} },
      options: [
        { value: '', text: '' },
        { value: 'm', text: 'M' },
      ],
    }),
    asked('ok', {
      ...{ input: 'checkbox', label: 'I agree', consent: 'email' },
      attributes: { type: 'checkbox', required: true },
    }),
    { type: 'text', runs: ['Terms ', { text: 'apply', bold: true }], consent: 'sms' },
    { type: 'button', text: 'Send', action: 'submit', step: 'thanks' },
  ],
  steps: [{ id: 'thanks', blocks: [{ type: 'heading', text: 'Thank you' }] }],
};

test('answers that are wrong stay, each with its error, and the first has the focus', async () => {
  const { calls } = await open(form);
  one('[name=phone]').value = 'call me';
  one('.button').click();
  expect(all('.error').map(({ textContent }) => textContent)).toEqual(['Needed', 'No phone', '', 'Needed']);
  expect(root()?.activeElement).toBe(one('[name=email]'));
  expect(one('[name=email]').ariaInvalid).toBe('true');
  expect(one(`#${one('[name=email]').getAttribute('aria-describedby')}`).textContent).toBe('Needed');
  one('[name=email]').value = 'nobody';
  one('.button').click();
  expect(one('.error').textContent).toBe('No e-mail');
  expect(calls.submitted).not.toHaveBeenCalled();
});

test('a form hands over its answers and the exact texts that were agreed to, then goes on', async () => {
  const { calls } = await open(form);
  one('[name=email]').value = ' a@b.example ';
  one('[name=ok]').checked = true;
  one('.button').click();
  expect(calls.submitted.mock.calls).toEqual([
    [
      'form_submitted',
      {
        step: '',
        locale: 'en',
        fields: { email: 'a@b.example', ok: true },
        inputs: { email: 'email', ok: 'checkbox' },
        consents: [
          { channel: 'sms', text: 'Terms apply' },
          { channel: 'email', text: 'I agree', field: 'ok' },
        ],
      },
    ],
  ]);
  expect(one('.heading').textContent).toBe('Thank you');
  expect(root()?.activeElement).toBe(one('.card'));
  expect(calls.closed).not.toHaveBeenCalled();
});

const nps = {
  texts,
  blocks: [
    {
      type: 'rating',
      name: 'nps',
      scale: 'nps',
      label: 'Recommend?',
      options: [...'0123456789', '10'].map((value) => ({ value, label: `${value} of 10` })),
      next: [
        { from: 0, to: 6, step: 'why' },
        { from: 7, to: 10, step: 'thanks' },
      ],
    },
  ],
  steps: [
    {
      id: 'why',
      blocks: [
        asked('why', { input: 'text', tag: 'textarea', attributes: {} }),
        { type: 'button', text: 'Send', action: 'submit', step: 'thanks' },
      ],
    },
    { id: 'thanks', blocks: [{ type: 'heading', text: 'Thanks' }] },
  ],
};
const scored = { step: '', locale: 'en', name: 'nps', scale: 'nps', score: 3, question: 'Recommend?' };

test('a score leads to the step for it, and the reason given there is told with the score', async () => {
  const { calls } = await open(nps);
  expect(all('.score')[3]?.ariaLabel).toBe('3 of 10');
  all('.score')[3]?.click();
  expect(calls.submitted.mock.calls).toEqual([['survey_answered', scored]]);
  one('textarea').value = 'Too slow';
  one('.button').click();
  expect(calls.submitted).toHaveBeenLastCalledWith('survey_answered', {
    ...scored,
    step: 'why',
    comment: 'Too slow',
  });
  expect(calls.submitted).toHaveBeenCalledTimes(2);
  expect(one('.heading').textContent).toBe('Thanks');
});

test('a score that leads on is a button: nothing is chosen by passing over it', async () => {
  await open(nps);
  expect(all('.score').map(({ tagName }) => tagName)).toEqual(Array(11).fill('BUTTON'));
});

test('a score without a step of its own is sent with the form, which may need it', async () => {
  const { calls } = await open({
    texts,
    blocks: [
      {
        ...{ type: 'rating', name: 't', scale: 'thumbs', label: 'Found it?', required: true },
        options: [
          { value: '0', label: 'Bad', icon: 'M0 0z' },
          { value: '1', label: 'Good', icon: 'M1 1z' },
        ],
      },
      { type: 'button', text: 'Send', action: 'submit' },
    ],
  });
  expect(all('input').map(({ ariaLabel }) => ariaLabel)).toEqual(['Bad', 'Good']);
  expect(all('path').map((path) => path.getAttribute('d'))).toEqual(['M0 0z', 'M1 1z']);
  one('.button').click();
  expect(one('.error').textContent).toBe('Needed');
  one('input[value="1"]').checked = true;
  one('.button').click();
  expect(calls.submitted.mock.calls).toEqual([
    [
      'survey_answered',
      { step: '', locale: 'en', name: 't', scale: 'thumbs', score: 1, question: 'Found it?' },
    ],
  ]);
  expect(calls.closed.mock.calls).toEqual([['action']]);
});

test('a countdown goes on by the second, ends with its last word, and stops with the popup', async () => {
  vi.useFakeTimers({ now: Date.parse('2026-05-01T00:00:00Z') });
  const { popup } = await open({
    texts,
    blocks: [
      { type: 'heading', text: 'Sale' },
      { type: 'countdown', until: '2026-05-01T00:01:02Z', label: 'Ends in', expired: 'Over' },
    ],
  });
  const numbers = () =>
    all('.units > :not([hidden]) b')
      .map(({ textContent }) => textContent)
      .join(':');
  expect(numbers()).toBe('00:01:02');
  await vi.advanceTimersByTimeAsync(3_000);
  expect(numbers()).toBe('00:00:59');
  expect(vi.getTimerCount()).toBe(1);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(one('[role=timer]').textContent).toBe('Over');
  popup?.close('reset');
  expect(vi.getTimerCount()).toBe(0);
});

test('pictures have their place reserved, come from the collector, and leave no gap when they do not come', async () => {
  await open({
    blocks: [
      { type: 'heading', text: 'New' },
      { type: 'image', src: '/v1/pictures/demo/a.webp', width: 800, height: 400, alt: 'A mug' },
      {
        type: 'products',
        items: [
          { name: 'Mug', price: '€24', href: '/mug' },
          { name: 'Evil', href: 'javascript:alert(1)' },
        ],
      },
    ],
  });
  const picture = one<HTMLImageElement>('img');
  expect([picture.src, picture.width, picture.height, picture.alt]).toEqual([
    'https://c.example/v1/pictures/demo/a.webp',
    800,
    400,
    'A mug',
  ]);
  expect(all('.product').map(({ tagName }) => tagName)).toEqual(['A', 'DIV']);
  picture.dispatchEvent(new Event('error'));
  expect(all('img')).toEqual([]);
});
