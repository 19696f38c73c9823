import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { isOurs } from './page-errors.ts';
import { start } from './signals.ts';

type Listener = (message: object) => void;
const track = vi.fn();
let heard: Listener | undefined;
const stops: (() => void)[] = [];
const watch = (setting = '') =>
  start(
    {
      track,
      on: (_: string, listener: Listener) => {
        heard = listener;
      },
    } as never,
    setting,
  );
const search = (event: string, properties: object) => heard?.({ type: 'track', event, properties });

beforeEach(() => {
  track.mockReset();
  heard = undefined;
  history.replaceState(null, '', '/shop');
  for (const target of [window, document]) {
    const add = target.addEventListener.bind(target) as typeof window.addEventListener;
    vi.spyOn(target, 'addEventListener').mockImplementation(((
      type: string,
      fn: EventListener,
      options?: boolean,
    ) => {
      add(type, fn, options);
      stops.push(() => target.removeEventListener(type, fn, options));
    }) as never);
  }
});
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
  vi.restoreAllMocks();
  document.body.replaceChildren();
});

describe('a search without result', () => {
  test.each<[string, object, number]>([
    ['search', { search_term: 'mugg', results: 0 }, 1],
    ['search', { search_term: 'mugg', results: '0' }, 1],
    ['SearchRequest', { SearchRequest: { search: 'mugg', isFound: 0 } }, 1],
    ['search', { search_term: 'mug', results: 3 }, 0],
    ['search', { search_term: 'mug' }, 0],
    ['SearchRequest', { SearchRequest: { search: 'mug', isFound: 1 } }, 0],
    ['view_item', { results: 0 }, 0],
  ])('is told of %s %j', (event, properties, times) => {
    watch('search');
    search(event, properties);
    expect(track.mock.calls).toEqual(times ? [['search_no_results', { search_term: 'mugg' }]] : []);
  });
});

describe('an error of the page', () => {
  const fail = (message: string, filename = 'https://shop.example/app.js?v=1', lineno = 7) =>
    window.dispatchEvent(Object.assign(new Event('error'), { message, filename, lineno }));
  const reject = (reason: unknown) =>
    window.dispatchEvent(Object.assign(new Event('unhandledrejection'), { reason }));

  test('is told once, with its place, without what a URL may hold', () => {
    watch('errors');
    fail('TypeError: x is null');
    fail('TypeError: x is null');
    expect(track.mock.calls).toEqual([
      ['js_error', { message: 'TypeError: x is null', source: 'https://shop.example/app.js', line: 7 }],
    ]);
  });

  test('is told when a promise fails, too, whatever it fails with', () => {
    watch('errors');
    reject(
      Object.assign(new Error('nope'), { stack: 'Error: nope\n  at f (https://shop.example/a.js:12:3)' }),
    );
    reject(Object.assign(new Error('fox'), { stack: 'f@https://shop.example/a.js:13:3\n' }));
    reject('text');
    reject(undefined);
    reject(Object.create(null));
    expect(track.mock.calls.map(([, properties]) => properties)).toEqual([
      { message: 'nope', source: 'https://shop.example/a.js', line: 12 },
      { message: 'fox', source: 'https://shop.example/a.js', line: 13 },
      { message: 'text', source: '', line: 0 },
      { message: 'undefined', source: '', line: 0 },
    ]);
  });

  test('never drowns a page: five at most, and five more on the next', () => {
    watch('errors');
    for (let i = 0; i < 20; i++) fail(`error ${i}`);
    expect(track).toHaveBeenCalledTimes(5);
    history.pushState(null, '', '/cart');
    fail('error 0');
    expect(track).toHaveBeenCalledTimes(6);
  });

  test("is never one of ours, and a site's own file of the same name is not mistaken for it", () => {
    const self = 'https://c.example/b/signals.js?v=1';
    expect(isOurs('https://c.example/b/compat.js', self)).toBe(true);
    expect(isOurs('https://c.example/b/signals.js?v=1', self)).toBe(true);
    expect(isOurs('https://shop.example/compat.js', self)).toBe(false);
    expect(isOurs('https://c.example/b/app.js', self)).toBe(false);
    expect(isOurs('https://shop.example/bundle.js', 'https://shop.example/bundle.js')).toBe(false);
  });

  test('is not one of an extension, of the browser, of another origin, or of a picture', () => {
    watch('errors');
    fail('x', 'chrome-extension://abc/content.js');
    reject(Object.assign(new Error('x'), { stack: 'Error: x\n at moz-extension://abc/content.js:1:2' }));
    fail('Script error.', '');
    fail('ResizeObserver loop completed with undelivered notifications.', '');
    window.dispatchEvent(new Event('error'));
    expect(track).not.toHaveBeenCalled();
  });
});

describe('a rage click', () => {
  let clock = 1_000;
  function click(target: Element, ms = 100, x = 10, detail = 1) {
    clock += ms;
    const event = new MouseEvent('click', { bubbles: true, composed: true, clientX: x, clientY: 10, detail });
    Object.defineProperty(event, 'timeStamp', { value: clock });
    target.dispatchEvent(event);
  }
  function show(html: string) {
    clock += 10_000;
    document.body.innerHTML = html;
    return document.querySelector('[data-target]') as Element;
  }

  test('is told once for a burst, by an element that can be found', () => {
    const button = show(
      '<main id="shop"><div class="card wide red"><button class="buy" data-target>Buy</button></div></main>',
    );
    watch('rage');
    for (let i = 0; i < 8; i++) click(button);
    expect(track.mock.calls).toEqual([
      ['rage_click', { selector: 'main#shop > div.card.wide > button.buy' }],
    ]);
    click(button, 5_000);
    click(button);
    click(button);
    expect(track).toHaveBeenCalledTimes(2);
  });

  test.each<[string, string, [ms: number, x: number, detail: number][]]>([
    [
      'too slow',
      '<b data-target></b>',
      [
        [0, 1, 1],
        [600, 1, 1],
        [600, 1, 1],
      ],
    ],
    [
      'all over the page',
      '<b data-target></b>',
      [
        [0, 1, 1],
        [100, 100, 1],
        [100, 200, 1],
      ],
    ],
    [
      'in a text field',
      '<input data-target>',
      [
        [0, 1, 1],
        [100, 1, 1],
        [100, 1, 1],
      ],
    ],
    [
      'made by keys or scripts',
      '<b data-target></b>',
      [
        [0, 0, 0],
        [10, 0, 0],
        [10, 0, 0],
      ],
    ],
  ])('is none when the clicks are %s', (_, html, clicks) => {
    const target = show(html);
    watch('rage');
    for (const [ms, x, detail] of clicks) click(target, ms, x, detail);
    expect(track).not.toHaveBeenCalled();
  });
});

describe('an abandoned form', () => {
  const leave = () => window.dispatchEvent(new Event('pagehide'));
  function show(html: string) {
    document.body.innerHTML = html;
  }
  function fill(selector: string) {
    const field = document.querySelector(selector) as HTMLInputElement;
    field.value = 'secret value';
    field.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
    field.dispatchEvent(new Event('change', { bubbles: true, composed: true }));
  }

  test('is told when the page is left: the field where the visitor stopped, and no value', () => {
    show('<form id="checkout"><input name="email"><input name="zip"><input name="id"></form>');
    watch('abandon');
    fill('[name=email]');
    fill('[name=zip]');
    history.pushState(null, '', '/elsewhere');
    leave();
    leave();
    expect(track.mock.calls).toEqual([
      ['form_abandoned', { form: 'checkout', field: 'zip', fields: 2, path: '/shop' }],
    ]);
    expect(JSON.stringify(track.mock.calls)).not.toContain('secret value');
  });

  test.each([
    '<input type="password" name="one">',
    '<input name="one" autocomplete="cc-number">',
    '<input name="cardnumber">',
    '<input name="user_pass">',
    '<input id="cvv">',
    '<input name="one" autocomplete="one-time-code">',
    '<input name="iban">',
  ])('never names %s', (html) => {
    show(`<form name="pay"><input name="holder">${html}</form>`);
    watch('abandon');
    fill('[name=holder]');
    fill('input:last-child');
    leave();
    expect(track.mock.calls).toEqual([
      ['form_abandoned', { form: 'pay', field: 'holder', fields: 2, path: '/shop' }],
    ]);
  });

  test('is none when it was sent, only looked at, or is a search box', () => {
    show(
      '<form><input name="a"></form><form><input name="b"></form><form><input type="search" name="q"></form>',
    );
    watch('abandon');
    fill('[name=a]');
    document.forms[0]?.dispatchEvent(new Event('submit', { bubbles: true }));
    fill('[name=q]');
    leave();
    expect(track).not.toHaveBeenCalled();
  });
});

test('what a site has not switched on is not watched', () => {
  watch('search');
  window.dispatchEvent(Object.assign(new Event('error'), { message: 'x', filename: '', lineno: 1 }));
  document.body.innerHTML = '<form><input name="a"></form>';
  document.querySelector('input')?.dispatchEvent(new Event('input', { bubbles: true }));
  window.dispatchEvent(new Event('pagehide'));
  expect(track).not.toHaveBeenCalled();
  watch('true');
  window.dispatchEvent(Object.assign(new Event('error'), { message: 'x', filename: '', lineno: 1 }));
  expect(track).toHaveBeenCalledOnce();
});
