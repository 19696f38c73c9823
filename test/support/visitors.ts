import { test } from 'vitest';
import { launchChromium } from './browsers.ts';

/**
 * A test with a visitor of its own, `context`, in the file's Chromium, so that such tests may run side by side. The
 * back/forward cache works as in every visitor's browser.
 */
export const it = test
  // biome-ignore lint/correctness/noEmptyPattern: Vitest reads from it that no other fixture is needed.
  .extend('browser', { scope: 'file' }, async ({}, { onCleanup }) => {
    const browser = await launchChromium({ ignoreDefaultArgs: ['--disable-back-forward-cache'] });
    onCleanup(() => browser.close());
    return browser;
  })
  .extend('context', async ({ browser }, { onCleanup }) => {
    const context = await browser.newContext();
    onCleanup(() => context.close());
    return context;
  });
