import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ID_COOKIE, readCookie, writeCookie } from '../cookie.ts';
import type { Options } from '../options.ts';
import type { VisitorState } from '../visitor.ts';
import { start, takeId } from './link-domains.ts';
import { sign } from './link-signature.ts';

const DOMAINS = 'shop.test, https://Blog.test/';
const ID = '01980000-0000-7000-8000-000000000001';
const OWN = '01980000-0000-7000-8000-000000000002';

let saved: VisitorState | undefined;
vi.mock('../store.ts', () => ({ openStore: () => async () => saved }));

const stops: (() => void)[] = [];
let anonymousId: string | undefined;
let referrer = '';

beforeEach(() => {
  vi.useFakeTimers();
  anonymousId = ID;
  saved = undefined;
  referrer = 'https://www.shop.test/';
  vi.spyOn(document, 'referrer', 'get').mockImplementation(() => referrer);
  const add = window.addEventListener.bind(window);
  vi.spyOn(window, 'addEventListener').mockImplementation(((
    type: string,
    fn: EventListener,
    options?: AddEventListenerOptions,
  ) => {
    add(type, fn, options);
    stops.push(() => window.removeEventListener(type, fn, options));
  }) as never);
  history.replaceState(null, '', '/');
});
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
  writeCookie(ID_COOKIE, '', 0);
  document.body.replaceChildren();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const watch = () => start({ anonymousId: () => anonymousId } as never, DOMAINS);
/** Keeps the test on its page, as happy-dom navigates while an event bubbles. */
const stay = (type: string, then = (_: Event) => {}) =>
  window.addEventListener(
    type,
    (event) => {
      then(event);
      event.preventDefault();
    },
    { capture: true, once: true },
  );
const site = { linkDomains: DOMAINS } as Options;

describe('a link', () => {
  /** Follows the link; returns where it led. */
  function follow(html: string, event: Event = new MouseEvent('click', { bubbles: true, cancelable: true })) {
    document.body.innerHTML = html;
    const link = document.querySelector('a, area') as Element;
    let led = '';
    stay(event.type, (followed) => {
      expect(followed.defaultPrevented).toBe(false);
      led = link.getAttribute('href') ?? '';
    });
    (document.querySelector('b') ?? link).dispatchEvent(event);
    return { led, link };
  }

  test.each([
    ['https://shop.test', 'https://shop.test/?_beckon=V'],
    ['https://shop.test/?a=%7e+b&c#d?e', 'https://shop.test/?a=%7e+b&c&_beckon=V#d?e'],
    ['http://eu.shop.test:8080/cart', 'http://eu.shop.test:8080/cart?_beckon=V'],
    ['//blog.test/post#top', 'http://blog.test/post?_beckon=V#top'],
  ])(
    'to the owner’s other domain takes the id along, and is as it was when it is copied: %s',
    (href, led) => {
      watch();
      const followed = follow(`<a href="${href}"><b>Shop</b></a>`);
      expect(followed.led).toBe(led.replace('V', sign(ID, Date.now())));
      vi.runAllTimers();
      expect(followed.link.getAttribute('href')).toBe(href);
    },
  );

  test('that is opened in a tab by the middle button, or lies on an image, takes the id along', () => {
    watch();
    const auxclick = (button: number) =>
      new MouseEvent('auxclick', { button, bubbles: true, composed: true });
    const html = '<map><area href="https://shop.test/" target="_blank"></map>';
    expect(follow(html).led).toContain('_beckon=');
    expect(follow(html, auxclick(1)).led).toContain('_beckon=');
    // The right button's menu can copy the address.
    expect(follow(html, auxclick(2)).led).toBe('https://shop.test/');
  });

  test.each([
    'https://elsewhere.test/',
    'https://notshop.test/',
    'https://shop.test.evil.test/',
    '/cart',
    'mailto:me@shop.test',
    'javascript:void "shop.test"',
    'ftp://shop.test/',
    'https://[',
    'https://shop.test/?_beckon=copied',
  ])('to anywhere else stays as it is: %s', (href) => {
    watch();
    expect(follow(`<a href='${href}'>Away</a>`).led).toBe(href);
  });

  test.each(['download', 'rel="noopener noreferrer"'])(
    'that could not hand over the id stays: %s',
    (attribute) => {
      watch();
      expect(follow(`<a href="https://shop.test/" ${attribute}>Away</a>`).led).toBe('https://shop.test/');
    },
  );

  test('to a host that shares the cookie stays as it is', () => {
    start({ anonymousId: () => ID } as never, 'localhost, shop.test');
    const { port } = location;
    for (const host of [`localhost:${port}1`, 'www.localhost'])
      expect(follow(`<a href="http://${host}/">Home</a>`).led).toBe(`http://${host}/`);
  });

  test('of a visitor without consent carries nothing', () => {
    watch();
    anonymousId = undefined;
    expect(follow('<a href="https://shop.test/">Shop</a>').led).toBe('https://shop.test/');
  });

  test('that the page has changed meanwhile keeps the change; one that is clicked twice comes back', () => {
    watch();
    const { link } = follow('<a href="https://shop.test/">Shop</a>');
    link.setAttribute('href', '/next');
    vi.runAllTimers();
    expect(link.getAttribute('href')).toBe('/next');
    link.setAttribute('href', 'https://shop.test/');
    for (const _ of 'ab') {
      stay('click');
      link.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }));
    }
    vi.runAllTimers();
    expect(link.getAttribute('href')).toBe('https://shop.test/');
  });
});

describe('a form', () => {
  function submit(html: string) {
    document.body.innerHTML = html;
    const form = document.querySelector('form') as HTMLFormElement;
    const before = document.body.innerHTML;
    const submitter = document.querySelector('button');
    form.addEventListener('submit', (event) => event.preventDefault());
    form.dispatchEvent(
      Object.assign(new Event('submit', { bubbles: true, cancelable: true }), { submitter }),
    );
    const sent = document.body.innerHTML;
    vi.runAllTimers();
    expect(document.body.innerHTML).toBe(before);
    return sent === before ? 'untouched' : sent;
  }

  test('to another domain takes the id along, in a field or in its address', () => {
    watch();
    const value = sign(ID, Date.now());
    expect(submit('<form action="https://shop.test/find?lost=1"><input name="q"></form>')).toContain(
      `<input type="hidden" name="_beckon" value="${value}"></form>`,
    );
    expect(submit('<form method="POST" action="https://shop.test/cart"></form>')).toContain(
      `action="https://shop.test/cart?_beckon=${value}"`,
    );
    expect(
      submit('<form method="post" action="/"><button formaction="https://shop.test/b">B</button></form>'),
    ).toContain(`formaction="https://shop.test/b?_beckon=${value}"`);
  });

  test.each([
    '<form action="/search"><input name="q"></form>',
    '<form method="post"></form>',
    '<form method="dialog" action="https://shop.test/"></form>',
    '<form action="https://shop.test/"><button formaction="/stay">Stay</button></form>',
  ])('that stays here is left alone: %s', (html) => {
    watch();
    expect(submit(html)).toBe('untouched');
  });
});

describe('a landing', () => {
  const arrive = async (value: string, known?: VisitorState) => {
    saved = known;
    history.replaceState({ router: 1 }, '', `/mug?_beckon=${value}`);
    await takeId(site);
    expect(location.search).toBe('');
    return readCookie(ID_COOKIE);
  };

  test('makes two domains one visitor', async () => {
    expect(await arrive(sign(ID, Date.now()))).toBe(ID);
  });

  test('wins over an id that this domain has made, but not over a user who has logged in', async () => {
    writeCookie(ID_COOKIE, OWN);
    expect(await arrive(sign(ID, Date.now()), { anonymousId: OWN, userId: 'u-1' })).toBe(OWN);
    expect(await arrive(sign(ID, Date.now()), { anonymousId: 'older', userId: 'u-1' })).toBe(ID);
    writeCookie(ID_COOKIE, OWN);
    expect(await arrive(sign(ID, Date.now()), { anonymousId: OWN })).toBe(ID);
  });

  test.each<[string, number, string | undefined]>([
    ['2 minutes old', -120_000, ID],
    ['older', -120_001, undefined],
    ['of a clock that was set back', 10_000, ID],
    ['of the future', 10_001, undefined],
  ])('by a link that is %s', async (_, ms, id) => {
    expect(await arrive(sign(ID, Date.now() + ms))).toBe(id);
  });

  test.each<[string, (value: string) => string]>([
    ['another id', (value) => value.replace(ID, OWN)],
    [
      'another time',
      (value) => value.replace(/\.(\w+)\./, (_, time) => `.${(Number.parseInt(time, 36) + 1).toString(36)}.`),
    ],
    ['another signature', (value) => `${value}0`],
    ['no signature', (value) => value.replace(/\.\w+$/, '')],
    ['nothing', () => ''],
    ['what breaks an address', () => '%E0%A4%A'],
    ['what would be another cookie', (value) => `a;b=c${value}`],
  ])('by a link that somebody has changed to hold %s keeps the own id', async (_, change) => {
    expect(await arrive(change(sign(ID, Date.now())))).toBeUndefined();
  });

  test('by a link that somebody else has sent keeps the own id', async () => {
    const value = sign(ID, Date.now());
    vi.spyOn(navigator, 'userAgent', 'get').mockReturnValue('Another/1.0');
    expect(await arrive(value)).toBeUndefined();
  });

  test.each(['', 'https://elsewhere.test/', 'https://shop.test.evil.test/', 'https://evilshop.test/'])(
    'from "%s", which is none of the owner’s domains, keeps the own id',
    async (from) => {
      referrer = from;
      expect(await arrive(sign(ID, Date.now()))).toBeUndefined();
    },
  );

  test.each([
    ['/mug?_beckon=V', '/mug'],
    ['/mug?_beckon=V#top?_beckon=x', '/mug#top?_beckon=x'],
    ['/mug?a=%7e+b&_beckon=V', '/mug?a=%7e+b'],
    ['/mug?_beckon=V&a=1&&b#c', '/mug?a=1&&b#c'],
    ['/mug?a=1&_beckon=V&b=%20#/r', '/mug?a=1&b=%20#/r'],
    ['/mug?a_beckon=V', '/mug?a_beckon=V'],
    ['/mug?a#?_beckon=V', '/mug?a#?_beckon=V'],
  ])('leaves the address bar as the owner wrote it, and the router its state: %s', async (arrived, left) => {
    for (const value of [sign(ID, Date.now()), 'wrong']) {
      history.replaceState({ router: 1 }, '', arrived.replace('V', value));
      await takeId(site);
      expect(location.href).toBe(`${location.origin}${left.replace('V', value)}`);
      expect(history.state).toEqual({ router: 1 });
    }
  });

  test('without consent stores nothing, but leaves no trace in the address', async () => {
    history.replaceState(null, '', `/?_beckon=${sign(ID, Date.now())}`);
    await takeId({ ...site, consent: 'pending' });
    expect(location.search).toBe('');
    expect(readCookie(ID_COOKIE)).toBeUndefined();
  });

  test('where the address cannot be changed throws nothing into the page', async () => {
    history.replaceState(null, '', '/?_beckon=x');
    vi.spyOn(history, 'replaceState').mockImplementation(() => {
      throw new DOMException('Too many calls', 'SecurityError');
    });
    await expect(takeId(site)).resolves.toBeUndefined();
  });
});
