import { afterEach, beforeEach, expect, test, vi } from 'vitest';
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

/** What was reported: path and search, the path of the referrer, and the order of the mark. */
function watch() {
  const views: string[] = [];
  let marks = 0;
  watchPageViews(
    () => ++marks,
    (mark, referrer) =>
      views.push(
        `${mark}: ${location.pathname}${location.search} < ${referrer && new URL(referrer).pathname}`,
      ),
  );
  return views;
}
const rendered = () => vi.advanceTimersByTime(60);

test('a page load is a view', () => {
  expect(watch()).toEqual(['1: /start < ']);
});

test('a route is a view, and the page before it its referrer', () => {
  const views = watch();
  history.pushState(null, '', '/a');
  rendered();
  history.pushState(null, '', '/b');
  rendered();
  expect(views.slice(1)).toEqual(['2: /a < /start', '3: /b < /a']);
});

test('a router that calls pushState and replaceState together counts once', () => {
  const views = watch();
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
  const views = watch();
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
  const views = watch();
  history.pushState(null, '', '/a');
  dispatchEvent(new Event('pagehide'));
  rendered();
  expect(views.slice(1)).toEqual(['2: /a < /start']);
});

test('a redirect there and back is no view', () => {
  const views = watch();
  history.pushState(null, '', '/a');
  history.pushState(null, '', '/start');
  rendered();
  expect(views).toHaveLength(1);
});

test('a return from the back/forward cache is a view', () => {
  const views = watch();
  dispatchEvent(Object.assign(new Event('pageshow'), { persisted: false }));
  expect(views).toHaveLength(1);
  dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }));
  expect(views).toHaveLength(2);
});

test('a prerendered page is a view when it is shown, if it is', () => {
  Object.assign(document, { prerendering: true });
  const views = watch();
  expect(views).toEqual([]);
  Object.assign(document, { prerendering: false });
  document.dispatchEvent(new Event('prerenderingchange'));
  expect(views).toEqual(['1: /start < ']);
});

test("the router's own exceptions and arguments are left alone", () => {
  const inner = vi.fn(() => {
    throw new DOMException('too many calls', 'SecurityError');
  });
  history.pushState = inner;
  watch();
  expect(() => history.pushState({ a: 1 }, '', '/a')).toThrow('too many calls');
  expect(inner).toHaveBeenCalledExactlyOnceWith({ a: 1 }, '', '/a');
  expect(inner.mock.contexts[0]).toBe(history);
});
