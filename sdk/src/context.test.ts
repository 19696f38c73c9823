import { afterEach, beforeEach, expect, test, vi } from 'vitest';

beforeEach(() => vi.resetModules());
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

test("the start of a page does not wait for the browser's calendars where Temporal knows the time zone", async () => {
  vi.stubGlobal('Temporal', { Now: { timeZoneId: () => 'Europe/Kyiv' } });
  const slow = vi.spyOn(Intl, 'DateTimeFormat');
  const { contextOf } = await import('./context.ts');
  expect(contextOf().timezone).toBe('Europe/Kyiv');
  expect(slow).not.toHaveBeenCalled();
});

test('without Temporal the time zone is known all the same', async () => {
  vi.stubGlobal('Temporal', undefined);
  const { contextOf } = await import('./context.ts');
  expect(contextOf().timezone).toBe(Intl.DateTimeFormat().resolvedOptions().timeZone);
});
