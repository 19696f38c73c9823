import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStand, type PopupStand } from '../../support/popup-stand.ts';
import { ENGINES, type Look, startVisitors, type Tab, type Visitors } from '../../support/tab.ts';
import { small } from './contents.ts';

let stand: PopupStand;
beforeAll(async () => {
  stand = await openStand();
});
afterAll(() => stand.close());

const content = small({ kind: 'modal' });
const isShown = (tab: Tab) => tab.evaluate(() => !!probe.surface());
/** Time in which the page is looked at. */
const look = (tab: Tab, ms: number) =>
  tab.evaluate(async (ms) => {
    const from = performance.now();
    while (performance.now() - from < ms) await new Promise(requestAnimationFrame);
  }, ms);

describe.each(ENGINES)('in %s', (engine) => {
  let visitors: Visitors;
  beforeAll(async () => {
    visitors = await startVisitors(engine);
  });
  afterAll(() => visitors.close());

  const armed = async (trigger: unknown, given?: Look) => {
    const tab = await visitors.arrive(
      stand.stage({ popups: [{ content, triggers: [trigger] }] }).url(),
      given,
    );
    await tab.until('being armed', () => probe.popups.length > 0);
    await tab.until('the chunk', () =>
      performance.getEntriesByType('resource').some(({ name }) => name.endsWith('extras.js')),
    );
    await look(tab, 100);
    return tab;
  };

  it('a visitor who has read half of the page sees the popup, not one who has begun', async () => {
    const tab = await armed({ on: 'scroll', percent: 50 });
    const to = (share: number) =>
      tab.evaluate(
        (share) => scrollTo(0, (document.documentElement.scrollHeight - innerHeight) * share),
        share,
      );
    await to(0.45);
    await look(tab, 500);
    expect(await isShown(tab)).toBe(false);
    await to(0.55);
    await tab.popup();
    await tab.close();
  });

  it('a visitor whose mouse leaves over the top edge sees it, not one who leaves at the side', async () => {
    const tab = await armed({ on: 'exit' });
    await tab.move(300, 300);
    // Who leaves at once was not interested.
    await look(tab, 5_200);
    const leave = (y: number) =>
      engine === 'Chromium'
        ? tab.move(y > 0 ? -1 : 300, y)
        : // Its driver does not let the mouse leave the window.
          tab.evaluate((clientY) => {
            const event = new MouseEvent('mouseout', { bubbles: true, clientX: 5, clientY });
            document.documentElement.dispatchEvent(event);
          }, y);
    await leave(300);
    await look(tab, 500);
    expect(await isShown(tab)).toBe(false);
    await tab.move(300, 5);
    await leave(-1);
    await tab.popup();
    await tab.close();
  });

  it('a click on what appears later opens it, and does what it always did', async () => {
    const tab = await armed({ on: 'click', selector: '.guide' });
    await tab.evaluate(() => {
      const made = Object.assign(document.createElement('button'), { className: 'guide', type: 'button' });
      made.append(document.createElement('b'), 'Size guide');
      made.onclick = (event) => {
        event.stopPropagation();
        made.title = 'clicked';
      };
      document.querySelector('h1')?.append(made);
    });
    await tab.click('.guide');
    await tab.popup();
    expect(await tab.evaluate(() => probe.find('.guide')?.title)).toBe('clicked');
    await tab.close();
  });

  it('the page calls it by its name: before it is armed, and after', async () => {
    for (const early of [true, false]) {
      const staged = stand.stage({
        popups: [{ content, triggers: [{ on: 'api' }], campaign: 'size-guide@3' }],
        ...(early && {
          script: "addEventListener('DOMContentLoaded', () => beckon.messages.show('size-guide'))",
        }),
      });
      const tab = await visitors.arrive(staged.url());
      if (!early) {
        await tab.until('being armed', () => probe.popups.length > 0);
        await look(tab, 300);
        expect(await isShown(tab)).toBe(false);
        await tab.evaluate(() => beckon.messages.show('size-guide'));
      }
      await tab.popup();
      await tab.close();
    }
  });

  it('a route that is left takes its popups along: those that wait, and the open one', async () => {
    const tab = await armed({ on: 'scroll', percent: 50 });
    const staged = stand.stage({
      popups: [
        { content, cause: 'first' },
        { content, cause: 'second', triggers: [{ on: 'delay', delayMs: 900 }] },
      ],
    });
    await tab.goto(staged.url());
    await tab.evaluate(() => {
      beckon.track('first');
      beckon.track('second');
      return beckon.flush();
    });
    await tab.popup();
    await tab.evaluate(() => history.pushState(null, '', 'next'));
    await tab.until('its end', () => probe.told().includes('popup_closed navigation'));
    await look(tab, 1_500);
    expect(await tab.evaluate(() => [!!probe.root(), ...probe.told()])).toEqual([
      false,
      'popup_shown',
      'popup_closed navigation',
    ]);
    expect(staged.claims).toHaveLength(1);
    await tab.close();
  });
});

describe('on a phone', () => {
  let visitors: Visitors;
  beforeAll(async () => {
    visitors = await startVisitors('Chromium');
  });
  afterAll(() => visitors.close());

  it('a visitor who comes back after a while elsewhere sees it', async () => {
    const staged = stand.stage({
      popups: [{ content, triggers: [{ on: 'exit' }] }],
      // Time and visibility as the test wants them, for nobody waits so long.
      script: `window.ahead = 0; window.away = false;
        const { now } = Performance.prototype;
        Performance.prototype.now = function () { return now.call(this) + ahead; };
        Object.defineProperty(Document.prototype, 'hidden', { get: () => away });
        window.go = (there, ms) => { ahead += ms; away = there; document.dispatchEvent(new Event('visibilitychange', { bubbles: true })); };`,
    });
    const tab = await visitors.arrive(staged.url(), { width: 390, height: 844, touch: true });
    await tab.until('the chunk', () =>
      performance.getEntriesByType('resource').some(({ name }) => name.endsWith('extras.js')),
    );
    await look(tab, 100);
    await tab.run('ahead += 5000');
    // The rest of the five seconds is looked at again by a timer of real time.
    await look(tab, 5_200);
    await tab.run('go(true, 0); go(false, 3000)');
    await look(tab, 500);
    expect(await isShown(tab)).toBe(false);
    await tab.run('go(true, 0); go(false, 6000)');
    await tab.popup();
    await tab.close();
  });
});
