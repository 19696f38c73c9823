import type { Page } from 'playwright-core';

/** Faults that a visitor or a shop owner would see in the browser's console. */
export function faultsOf(page: Page): string[] {
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => {
    const offline = message.text().includes('net::ERR_');
    if (message.type() === 'error' && !offline) faults.push(message.text());
  });
  return faults;
}
