import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { watchHistory } from './history.ts';
import { watchPageViews } from './page-views.ts';

const { pushState, replaceState } = history;
const listeners: [EventTarget, string, EventListenerOrEventListenerObject][] = [];

beforeEach(() => {
  vi.useFakeTimers();
  history.replaceState(null, '', '/start');
  for (const target of [window, document]) {
    const add = target.addEventListener.bind(target);
    vi.spyOn(target, 'addEventListener').mockImplementation(
      (type: string, fn: EventListenerOrEventListenerObject, options?: unknown) => {
        listeners.push([target, type, fn]);
        add(type, fn, options as AddEventListenerOptions);
      },
    );
  }
});
afterEach(() => {
  for (const [target, type, fn] of listeners.splice(0)) target.removeEventListener(type, fn);
  Object.assign(history, { pushState, replaceState });
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** What was reported: path and search, the path of the referrer, and the order in which the views began. */
function watch(hashRoutes = false) {
  const views: string[] = [];
  let begun = 0;
  const leave = watchPageViews(
    async (_, use) => use({ watchHistory } as never),
    hashRoutes,
    (referrer) => {
      const number = ++begun;
      return () =>
        views.push(
          `${number}: ${location.pathname}${location.search}${location.hash} < ${referrer && new URL(referrer).pathname}`,
        );
    },
  );
  return { views, leave };
}
const rendered = () => vi.advanceTimersByTime(100);
/** As after a page load. */
function arrived(hashRoutes?: boolean) {
  const { views } = watch(hashRoutes);
  rendered();
  return views;
}

test('a page load is a view', () => {
  expect(arrived()).toEqual(['1: /start < ']);
});

test('a route is a view, and the page before it its referrer', () => {
  const views = arrived();
  history.pushState(null, '', '/a');
  rendered();
  history.pushState(null, '', '/b');
  rendered();
  expect(views.slice(1)).toEqual(['2: /a < /start', '3: /b < /a']);
});

test('a router that calls pushState and replaceState together counts once', () => {
  const views = arrived();
  history.pushState(null, '', '/a');
  history.replaceState(null, '', '/a?tab=1');
  history.replaceState({ scroll: 0 }, '');
  rendered();
  history.replaceState(null, '', '/b');
  history.pushState(null, '', '/c');
  rendered();
  expect(views.slice(1)).toEqual(['2: /a?tab=1 < /start', '3: /c < /a']);
});

test('filters, fragments and scroll positions are no views', () => {
  const views = arrived();
  history.replaceState({ y: 100 }, '');
  history.replaceState(null, '', '/start?q=mu');
  history.pushState(null, '', '/start?q=mu#reviews');
  rendered();
  expect(views).toHaveLength(2);
  history.pushState(null, '', '/start?q=mu#questions');
  rendered();
  expect(views).toHaveLength(2);
});

test('a page that is left while it renders is still counted', () => {
  const { views, leave } = watch();
  leave();
  history.pushState(null, '', '/a');
  leave();
  rendered();
  expect(views.slice(1)).toEqual(['2: /a < /start']);
});

test('a redirect there and back is no view', () => {
  const views = arrived();
  history.pushState(null, '', '/a');
  history.pushState(null, '', '/start');
  rendered();
  expect(views).toHaveLength(1);
});

test('a return from the back/forward cache is a view', () => {
  const views = arrived();
  dispatchEvent(Object.assign(new Event('pageshow'), { persisted: false }));
  rendered();
  expect(views).toHaveLength(1);
  dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }));
  rendered();
  expect(views).toHaveLength(2);
});

test('a prerendered page is a view when it is shown, if it is', () => {
  Object.assign(document, { prerendering: true });
  const views = arrived();
  expect(views).toEqual([]);
  Object.assign(document, { prerendering: false });
  document.dispatchEvent(new Event('prerenderingchange'));
  rendered();
  expect(views).toEqual(['1: /start < ']);
});

test("the router's own exceptions and arguments are left alone", () => {
  const inner = vi.fn(() => {
    throw new DOMException('too many calls', 'SecurityError');
  });
  history.pushState = inner;
  arrived();
  expect(() => history.pushState({ a: 1 }, '', '/a')).toThrow('too many calls');
  expect(inner).toHaveBeenCalledExactlyOnceWith({ a: 1 }, '', '/a');
  expect(inner.mock.contexts[0]).toBe(history);
});

test('routes in the fragment are views where the site says that they are', () => {
  const views = arrived(true);
  history.pushState(null, '', '/start#/cart');
  rendered();
  history.pushState(null, '', '/start#/cart?step=2');
  rendered();
  history.replaceState(null, '', '/start#/cart?step=2');
  rendered();
  expect(views.slice(1)).toEqual(['2: /start#/cart < /start', '3: /start#/cart?step=2 < /start']);
});

test('a router that notes its state while the page loads does not cost the view', () => {
  const { views } = watch();
  history.replaceState({ key: 1 }, '');
  rendered();
  expect(views).toEqual(['1: /start < ']);
});

test('the Navigation API is enough, and leaves the methods of history alone', () => {
  const navigation = new EventTarget();
  Object.assign(window, { navigation });
  try {
    const views = arrived();
    expect([history.pushState, history.replaceState]).toEqual([pushState, replaceState]);
    history.pushState(null, '', '/a');
    navigation.dispatchEvent(Object.assign(new Event('currententrychange'), { navigationType: 'push' }));
    rendered();
    history.replaceState(null, '', '/a?q=1');
    navigation.dispatchEvent(Object.assign(new Event('currententrychange'), { navigationType: 'replace' }));
    rendered();
    expect(views.slice(1)).toEqual(['2: /a < /start']);
  } finally {
    Reflect.deleteProperty(window, 'navigation');
  }
});
