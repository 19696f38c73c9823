import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStand, type PopupStand } from '../../support/popup-stand.ts';
import { type Look, startVisitors, type Tab, type Visitors } from '../../support/tab.ts';
import { FORM, KINDS, OFFER, SCORE, small, withAllBlocks } from './contents.ts';

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

const modal = small({ kind: 'modal' });
const open = async (content: unknown, look?: Look, path?: string) => {
  const staged = stand.stage({ popups: [{ content }] });
  return { staged, tab: await visitors.arrive(staged.url(path), look) };
};
/** Armed, and with all the time that it would have needed: nothing is asked for, nothing is shown. */
async function expectSilence(tab: Tab, claims: unknown[]) {
  await tab.until('being armed', () => probe.popups.length > 0);
  await tab.evaluate(async () => {
    const from = performance.now();
    while (performance.now() - from < 1_200) await new Promise(requestAnimationFrame);
  });
  expect(claims).toEqual([]);
  expect(await tab.evaluate(() => [!!probe.root(), probe.told()])).toEqual([false, []]);
}

describe('it minds its manners', { concurrent: true }, () => {
  it('and waits until a modal of the page is closed', async () => {
    const staged = stand.stage({
      popups: [{ content: modal }],
      script: `addEventListener('DOMContentLoaded', () => {
        document.body.insertAdjacentHTML('beforeend', '<dialog id="theirs">Cookies? <button>Yes</button></dialog>');
        document.querySelector('#theirs').showModal();
      })`,
    });
    const tab = await visitors.arrive(staged.url());
    await expectSilence(tab, staged.claims);
    await tab.evaluate(() => (probe.find('#theirs') as HTMLDialogElement).close());
    await tab.popup();
    await tab.close();
  });

  it.each(['checkout', 'en/checkouts/c/123'])('and never appears at %s', async (path) => {
    const { tab, staged } = await open(modal, {}, path);
    await expectSilence(tab, staged.claims);
    await tab.close();
  });

  it('and moves only for those who do not mind', async () => {
    for (const stillness of [false, true]) {
      const { tab } = await open(modal, { stillness });
      await tab.popup();
      const style = () => getComputedStyle(probe.surface() as HTMLElement).animationName;
      expect(await tab.evaluate(style)).toBe(stillness ? 'none' : 'appear');
      await tab.close();
    }
  });
});

/** What sticks out of the window or of its own box; controls that are too small for a finger. */
const misfits = () => {
  const surface = probe.surface() as HTMLElement;
  const card = surface.querySelector('.card') as HTMLElement;
  const { top, bottom, left, right } = surface.getBoundingClientRect();
  const width = document.documentElement.clientWidth;
  const inFlow = getComputedStyle(surface).position === 'relative';
  const found: string[] = [];
  if (left < 0 || right > width || (!inFlow && (top < 0 || bottom > innerHeight)))
    found.push(`surface ${[top, bottom, left, right]}`);
  if (card.scrollWidth > card.clientWidth + 1)
    found.push(`card is ${card.scrollWidth} in ${card.clientWidth}`);
  for (const at of surface.querySelectorAll<HTMLElement>('.card *')) {
    const box = at.getBoundingClientRect();
    if (box.width && (box.left < left - 1 || box.right > right + 1))
      found.push(`${at.localName}.${at.className} sticks out`);
  }
  for (const at of surface.querySelectorAll<HTMLElement>('button, .button, input, select')) {
    const box = at.getBoundingClientRect();
    if (box.width < 24 || box.height < 24)
      found.push(`${at.localName}.${at.className} is ${box.width} × ${box.height}`);
  }
  const close = surface.querySelector('.close')?.getBoundingClientRect();
  if (!close || close.width < 44 || close.height < 44) found.push('close');
  if (document.documentElement.scrollWidth > width) found.push('the page scrolls sideways');
  return found;
};

describe('it fits', { concurrent: true }, () => {
  it.each(['modal', 'slide-in', 'bar', 'inline'])('as a %s, from 320 px to 4K', async (kind) => {
    const blocks = [...OFFER, ...FORM, ...SCORE];
    const { tab } = await open(withAllBlocks({ kind: 'modal', ...KINDS[kind], blocks }), { stillness: true });
    await tab.popup();
    for (const [width, height] of [
      [320, 568],
      [360, 640],
      [844, 390],
      [3840, 2160],
    ] as const) {
      await tab.resize(width, height);
      expect(await tab.evaluate(misfits), `${width} × ${height}`).toEqual([]);
    }
    await tab.close();
  });

  it.each(['modal', 'slide-in', 'bar'])(
    'as a %s with 10,000 characters without a space: they scroll inside',
    async (kind) => {
      const long = 'Donaudampfschifffahrt'.repeat(500);
      const content = withAllBlocks({
        kind: 'modal',
        ...KINDS[kind],
        blocks: [
          { type: 'heading', text: long.slice(0, 200) },
          { type: 'text', runs: [long] },
          { type: 'coupon', code: long.slice(0, 60) },
          { type: 'button', text: long.slice(0, 120), action: 'close' },
        ],
      });
      const { tab } = await open(content, { width: 320, height: 568, stillness: true });
      await tab.popup();
      expect(await tab.evaluate(misfits)).toEqual([]);
      expect(
        await tab.evaluate(() => {
          const card = probe.find('>>.card') as HTMLElement;
          card.scrollTop = 1e6;
          return card.scrollTop > 1_000;
        }),
      ).toBe(true);
      // Its end can be reached, and so can its close button, wherever it is scrolled to.
      await tab.click('>>.close');
      await tab.until('its end', () => !probe.surface());
      await tab.close();
    },
  );

  it.each(['modal', 'slide-in', 'bar'])(
    'as a %s from right to left: its close button is on the other side',
    async (kind) => {
      const sides = [];
      for (const dir of ['ltr', 'rtl'] as const) {
        const { tab } = await open(withAllBlocks({ kind: 'modal', ...KINDS[kind], dir }), {
          stillness: true,
        });
        await tab.popup();
        expect(await tab.evaluate(misfits)).toEqual([]);
        sides.push(
          await tab.evaluate(() => {
            const surface = probe.surface()?.getBoundingClientRect() as DOMRect;
            const close = probe.find('>>.close')?.getBoundingClientRect() as DOMRect;
            return { close: close.x > surface.x + surface.width / 2, popup: surface.x > innerWidth / 2 };
          }),
        );
        await tab.close();
      }
      // A slide-in at the end of a line stands on the other side as well.
      expect(sides).toEqual([
        { close: true, popup: kind === 'slide-in' },
        { close: false, popup: false },
      ]);
    },
  );
});
