import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults, RunOptions } from 'axe-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStand, type PopupStand } from '../../support/popup-stand.ts';
import { startVisitors, type Tab, type Visitors } from '../../support/tab.ts';
import { FACES, FORM, KINDS, OFFER, SCORE, withAllBlocks } from './contents.ts';
import { stepsOf, TEMPLATE_IDS } from './templates.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
/** ms for a case; many run side by side in a deep run. */
const DEEP_MS = process.env.DEEP ? 900_000 : 60_000;
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

/** Colours as shops have them, some with a palette of their own for the dark. */
const THEMES = {
  plain: undefined,
  forest: { accent: '#24463f' },
  night: { background: '#101820', text: '#f2aa4c', accent: '#f2aa4c' },
  sand: {
    background: '#fff8e7',
    accent: '#b3261e',
    dark: { background: '#2b1d0e', text: '#fff8e7', accent: '#ffb4a9' },
  },
};
const DEEP_CASES = TEMPLATE_IDS.flatMap((id) =>
  ['en', 'de', 'pl', 'uk', 'hr', 'ar'].flatMap((language) =>
    Object.keys(THEMES).map((theme) => [id, language, theme] as const),
  ),
);
/** Each template once, by turns from left to right and from right to left. */
const CASES = TEMPLATE_IDS.map((id, index) => [id, index % 2 ? 'ar' : 'de', 'plain'] as const);

const BLOCKS = [...OFFER, ...FORM, ...SCORE, ...FACES];

describe('nobody is shut out', { concurrent: true, timeout: 180_000 }, () => {
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

  it.each(process.env.DEEP ? DEEP_CASES : CASES)(
    'of any step of the template %s in %s, in the colours %s, light or dark',
    async (id, language, theme) => {
      for (const content of stepsOf(id, language, THEMES[theme as keyof typeof THEMES])) {
        const slotted = content.kind === 'inline' ? { ...content, slot: 'hero' } : content;
        const tab = await arrive(slotted);
        await tab.popup();
        for (const scheme of ['light', 'dark'] as const) {
          await paint(tab, scheme);
          expect((await faultsOf(tab)).faults, scheme).toEqual([]);
        }
        await tab.close();
      }
    },
    DEEP_MS,
  );

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
