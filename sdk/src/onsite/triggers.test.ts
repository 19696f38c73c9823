import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { whenTriggered } from './triggers.ts';

let visibility: DocumentVisibilityState = 'visible';
vi.spyOn(document, 'visibilityState', 'get').mockImplementation(() => visibility);
const show = (state: DocumentVisibilityState) => {
  visibility = state;
  document.dispatchEvent(new Event('visibilitychange'));
};
beforeEach(() => {
  vi.useFakeTimers();
  visibility = 'visible';
});
afterEach(() => vi.useRealTimers());

/** The trigger `load` after `delayMs`, and whether it has fired. */
function arm(delayMs?: number) {
  const fired = vi.fn();
  const stop = new AbortController();
  const trigger = { on: 'load' as const, ...(delayMs !== undefined && { delayMs }) };
  void whenTriggered([trigger], stop.signal).then(fired);
  return { fired, stop };
}
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

test('without a delay it fires at once', async () => {
  const { fired } = arm();
  await pass(0);
  expect(fired).toHaveBeenCalledOnce();
});

test('only time in which the visitor can see the page counts', async () => {
  const { fired } = arm(5_000);
  await pass(3_000);
  show('hidden');
  await pass(60_000);
  expect(fired).not.toHaveBeenCalled();
  show('visible');
  await pass(1_999);
  expect(fired).not.toHaveBeenCalled();
  await pass(1);
  expect(fired).toHaveBeenCalledOnce();
});

test('a page opened in the background waits until it is looked at', async () => {
  show('hidden');
  const { fired } = arm(1_000);
  await pass(10_000);
  show('visible');
  await pass(1_000);
  expect(fired).toHaveBeenCalledOnce();
});

test('nothing fires for a visitor who has logged out', async () => {
  const { fired, stop } = arm(1_000);
  stop.abort();
  show('hidden');
  show('visible');
  await pass(10_000);
  expect(fired).not.toHaveBeenCalled();
});
