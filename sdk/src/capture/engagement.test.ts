import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { watchEngagement } from './engagement.ts';

let hidden = false;
beforeEach(() => {
  hidden = false;
  vi.useFakeTimers({ now: 0 });
  vi.spyOn(document, 'hidden', 'get').mockImplementation(() => hidden);
  vi.spyOn(document.documentElement, 'scrollHeight', 'get').mockReturnValue(4_000);
  vi.stubGlobal('innerHeight', 1_000);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

function watch() {
  const reports: unknown[] = [];
  const turn = watchEngagement((properties) => reports.push(Object.values(properties)));
  turn();
  const show = (shown: boolean) => {
    hidden = !shown;
    turn();
  };
  const scroll = (scrollY: number) => {
    vi.stubGlobal('scrollY', scrollY);
    dispatchEvent(new Event('scroll'));
  };
  return { reports, turn, show, scroll };
}

test('only the time in which the page could be seen counts', () => {
  const { reports, show } = watch();
  vi.advanceTimersByTime(1_500);
  show(false);
  vi.advanceTimersByTime(60_000);
  show(true);
  vi.advanceTimersByTime(700);
  show(false);
  expect(reports).toEqual([
    [1_500, 25],
    [700, 25],
  ]);
});

test('glances add up until they are worth a message', () => {
  const { reports, show } = watch();
  vi.advanceTimersByTime(300);
  show(false);
  show(true);
  vi.advanceTimersByTime(300);
  show(false);
  expect(reports).toEqual([[600, 25]]);
});

test('how far down the page was seen is the deepest point, and starts anew with the next route', () => {
  const { reports, turn, scroll } = watch();
  scroll(2_000);
  scroll(500);
  vi.advanceTimersByTime(1_000);
  turn(true);
  scroll(0);
  vi.advanceTimersByTime(1_000);
  turn(true);
  expect(reports).toEqual([
    [1_000, 75],
    [1_000, 25],
  ]);
});

test('no timer keeps the page awake', () => {
  watch();
  expect(vi.getTimerCount()).toBe(0);
});
