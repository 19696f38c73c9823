import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { afterVisible } from './after-visible.ts';

let hidden = false;
const show = (visible: boolean) => {
  hidden = !visible;
  document.dispatchEvent(new Event('visibilitychange'));
};
beforeEach(() => {
  vi.useFakeTimers();
  hidden = false;
  vi.spyOn(document, 'hidden', 'get').mockImplementation(() => hidden);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

function arm(ms: number) {
  const fired = vi.fn();
  const stop = new AbortController();
  return { fired, stop, again: afterVisible(ms, stop.signal, fired) };
}
const pass = (ms: number) => vi.advanceTimersByTime(ms);

test('without a delay it fires at once', () => {
  expect(arm(0).fired).toHaveBeenCalledOnce();
});

test('only time in which the visitor can see the page counts', () => {
  const { fired } = arm(5_000);
  pass(3_000);
  show(false);
  pass(60_000);
  expect(fired).not.toHaveBeenCalled();
  show(true);
  pass(1_999);
  expect(fired).not.toHaveBeenCalled();
  pass(1);
  expect(fired).toHaveBeenCalledOnce();
  pass(60_000);
  expect(fired).toHaveBeenCalledOnce();
});

test('a page opened in the background waits until it is looked at', () => {
  show(false);
  const { fired } = arm(1_000);
  pass(10_000);
  show(true);
  pass(999);
  expect(fired).not.toHaveBeenCalled();
  pass(1_000);
  expect(fired).toHaveBeenCalledOnce();
});

test('what begins anew takes its whole time again', () => {
  const { fired, again } = arm(1_000);
  pass(900);
  again();
  pass(999);
  expect(fired).not.toHaveBeenCalled();
  pass(1);
  expect(fired).toHaveBeenCalledOnce();
});

test('nothing fires for a visitor who has logged out', () => {
  const { fired, stop } = arm(1_000);
  stop.abort();
  show(false);
  show(true);
  pass(10_000);
  expect(fired).not.toHaveBeenCalled();
});
