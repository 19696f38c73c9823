import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults, RunOptions } from 'axe-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStand, type PopupStand } from '../../support/popup-stand.ts';
import { startVisitors, type Tab, type Visitors } from '../../support/tab.ts';
import { FACES, FORM, KINDS, OFFER, SCORE, withAllBlocks } from './contents.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
declare const axe: { run(options: RunOptions): Promise<AxeResults> };

let stand: PopupStand;
let visitors: Visitors;
beforeAll(async () => {
  stand = await openStand();
  visitors = await startVisitors('Chromium');
});
afterAll(async () => {
  await visitors.close();
  await stand.close();
});

/** What axe finds wrong with the page and all that is in it, and how many of its rules had something to look at. */
async function faultsOf(tab: Tab) {
  return tab.evaluate(async (tags) => {
    const { violations, passes } = await axe.run({ runOnly: tags, resultTypes: ['violations'] });
    return {
      faults: violations.flatMap(({ id, nodes }) =>
        nodes.map(({ target, failureSummary }) => `${id} ${target.join()} ${failureSummary}`),
      ),
      passes: passes.map(({ id }) => id),
    };
  }, TAGS);
}
const paint = (tab: Tab, scheme: 'light' | 'dark') =>
  tab.cdp().send('Emulation.setEmulatedMedia', {
    features: [
      { name: 'prefers-color-scheme', value: scheme },
      { name: 'prefers-reduced-motion', value: 'reduce' },
    ],
  });
/** Both as they come and in the other palette. */
async function expectNoFaults(tab: Tab) {
  for (const scheme of ['light', 'dark'] as const) {
    await paint(tab, scheme);
    const { faults, passes } = await faultsOf(tab);
    expect(faults, scheme).toEqual([]);
    // It has looked into the popup.
    expect(passes).toEqual(expect.arrayContaining(['color-contrast', 'button-name']));
  }
}
const arrive = async (content: unknown) => {
  const tab = await visitors.arrive(stand.stage({ popups: [{ content }] }).url(), { stillness: true });
  await tab.run(AXE);
  return tab;
};

const BLOCKS = [...OFFER, ...FORM, ...SCORE, ...FACES];

describe('nobody is shut out', { concurrent: true }, () => {
  it.each(Object.keys(KINDS))('of a %s with every block, light or dark', async (kind) => {
    const tab = await arrive(withAllBlocks({ kind: 'modal', ...KINDS[kind], blocks: BLOCKS }));
    if (kind === 'launcher') {
      await tab.until('the tab', () => probe.find('>>.tab button')?.checkVisibility());
      await expectNoFaults(tab);
      await tab.click('>>.tab button');
    }
    await tab.popup();
    await expectNoFaults(tab);
    await tab.close();
  });

  it('of a form that says what is wrong', async () => {
    const tab = await arrive(withAllBlocks({ kind: 'modal', blocks: FORM }));
    await tab.popup();
    await tab.click('>>[type=submit]');
    await tab.until('the complaint', () => !!probe.find('>>[aria-invalid=true]'));
    await expectNoFaults(tab);
    await tab.close();
  });

  it('axe would see a fault inside a popup', async () => {
    const tab = await arrive({
      ...withAllBlocks({ kind: 'modal' }),
      css: `${withAllBlocks({ kind: 'modal' }).css}.button{background:#777!important;color:#888!important}`,
    });
    await tab.popup();
    const { faults } = await faultsOf(tab);
    expect(faults.join()).toMatch(/^color-contrast /);
    await tab.close();
  });
});
