import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStand, type PopupStand } from '../../support/popup-stand.ts';
import { ENGINES, startVisitors, type Tab, type Visitors } from '../../support/tab.ts';
import { FORM, KINDS, OFFER, withAllBlocks } from './contents.ts';

let stand: PopupStand;
beforeAll(async () => {
  stand = await openStand();
});
afterAll(() => stand.close());

const HOSTILE = `
  * { all: unset !important }
  div, button, dialog, form, a, img, [popover], [data-beckon] {
    display: none !important; visibility: hidden !important; color: red !important; font-size: 60px !important;
    opacity: 0.3 !important; transform: scale(2) !important; position: static !important; width: 10px !important;
    z-index: -1 !important; float: right !important; filter: blur(3px) !important; zoom: 3 !important;
    pointer-events: none !important
  }
  header { display: block !important; position: fixed !important; inset: 0 !important; height: 100vh !important;
    z-index: 2147483647 !important; background: yellow !important }
  html { font-size: 6px !important; letter-spacing: 9px !important; text-transform: uppercase !important;
    direction: rtl !important; line-height: 4 !important }`;

/** What the popup looks like: where everything in it is, and all that its style comes to, a line for each. */
const lookOf = (tab: Tab) =>
  tab.evaluate(() => {
    const surface = probe.surface() as HTMLElement;
    const origin = surface.getBoundingClientRect();
    // What follows from the size of the window beside a scrollbar, or is drawn anew each second.
    const relative = /^(perspective-origin|transform-origin|inset|top|left|right|bottom|margin|animation)/;
    return [surface, ...surface.querySelectorAll<HTMLElement>('*:not([role=timer] *)')].flatMap(
      (at, index) => {
        const { x, y, width, height } = at.getBoundingClientRect();
        const name = `${index} ${at.localName}.${at.className}`;
        const style = getComputedStyle(at);
        // Of what has no box there is nothing to see.
        if (!width) return [];
        const box = [x - origin.x, y - origin.y, width, height].map(Math.round);
        return [
          `${name} ${box}`,
          ...[...style]
            .filter((property) => !relative.test(property) && !property.startsWith('--'))
            .map((property) => `${name} ${property}: ${style.getPropertyValue(property)}`),
        ];
      },
    );
  });

describe.each(ENGINES)('on a page that spoils everything, in %s', (engine) => {
  let visitors: Visitors;
  beforeAll(async () => {
    visitors = await startVisitors(engine);
  });
  afterAll(() => visitors.close());

  it.each(['modal', 'slide-in', 'bar'])('a %s looks as it does elsewhere, and is on top', async (kind) => {
    const blocks = [...OFFER, ...FORM];
    const popups = [{ content: withAllBlocks({ kind: 'modal', ...KINDS[kind], blocks }) }];
    const looks: string[][] = [];
    for (const css of ['', HOSTILE]) {
      const tab = await visitors.arrive(
        stand.stage({ css: `${css} html:root { overflow-y: scroll !important }`, popups }).url(),
      );
      await tab.popup();
      await tab.until('the pictures', () =>
        [...(probe.root()?.querySelectorAll('img') ?? [])].every(({ naturalWidth }) => naturalWidth),
      );
      looks.push(await lookOf(tab));
      // Nothing lies over it: the mouse reaches it.
      await tab.click('>>.close');
      await tab.until('its end', () => !probe.surface());
      await tab.close();
    }
    const [clean = [], hostile = []] = looks;
    expect(clean.length).toBeGreaterThan(1_000);
    expect(hostile.filter((line, at) => line !== clean[at])).toEqual([]);
    expect(hostile).toHaveLength(clean.length);
  });

  it.each(['modal', 'slide-in', 'bar', 'launcher'])(
    'a %s comes back when a framework renders the body anew, with what was typed; in the end it says that it is gone',
    async (kind) => {
      const content = withAllBlocks({ kind: 'modal', ...KINDS[kind], blocks: FORM });
      const tab = await visitors.arrive(stand.stage({ popups: [{ content }] }).url());
      if (kind === 'launcher') await tab.click('>>.tab button');
      await tab.popup();
      await tab.click('>>[name=name]');
      await tab.type('Ada');
      const renew = [
        () => document.body.replaceChildren(document.createElement('main')),
        () => {
          const body = document.createElement('body');
          body.append(document.createElement('main'));
          document.body.replaceWith(body);
        },
      ];
      for (const render of renew) {
        await tab.evaluate(render);
        await tab.popup();
        expect(await tab.evaluate(() => probe.find<HTMLInputElement>('>>[name=name]')?.value)).toBe('Ada');
        // On top, and alive.
        await tab.click('>>[name=name]');
      }
      // Whoever goes on does not want it.
      await tab.until('being given up', () => {
        document.body.innerHTML = '<main>Anew</main>';
        return probe.told().includes('popup_closed removed');
      });
      expect(
        await tab.evaluate(() => [probe.told().length, !!probe.root(), ...probe.faults, ...probe.problems]),
      ).toEqual([2, false]);
      await tab.close();
    },
  );

  it('an inline one follows its slot; where the slot does not come back, it says that it is gone', async () => {
    const content = withAllBlocks({ kind: 'inline', slot: 'hero', blocks: FORM });
    const tab = await visitors.arrive(stand.stage({ popups: [{ content }] }).url());
    await tab.popup();
    await tab.evaluate(() => {
      document.body.innerHTML = '<main><section data-beckon-slot="hero"></section></main>';
    });
    await tab.until(
      'its return',
      () => !!probe.surface() && !!document.querySelector('section')?.firstElementChild,
    );
    await tab.evaluate(() => document.querySelector('section')?.remove());
    await tab.until('its end', () => probe.told().includes('popup_closed removed'));
    expect(await tab.evaluate(() => [...probe.faults, ...probe.problems])).toEqual([]);
    await tab.close();
  });
});
