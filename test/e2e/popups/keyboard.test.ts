import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PopupContent } from '../../../sdk/src/message.ts';
import { openStand, type PopupStand } from '../../support/popup-stand.ts';
import { ENGINES, eventually, startVisitors, type Tab, type Visitors } from '../../support/tab.ts';
import { KINDS, small, withAllBlocks } from './contents.ts';

let stand: PopupStand;
beforeAll(async () => {
  stand = await openStand();
});
afterAll(() => stand.close());

const focusOf = (tab: Tab) => tab.evaluate(() => probe.focus());
/** Where the focus is after each of so many keys. */
async function path(tab: Tab, key: string, count: number): Promise<string[]> {
  const stops: string[] = [];
  for (let pressed = 0; pressed < count; pressed++) {
    await tab.press(key);
    stops.push(await focusOf(tab));
  }
  return stops;
}
const gone = (tab: Tab) => tab.until('its end', () => !probe.surface());

const FORM: PopupContent = withAllBlocks({
  kind: 'modal',
  blocks: [
    { type: 'heading', text: 'Our letter' },
    { type: 'rating', name: 'mood', scale: 'faces', label: 'How was it?' },
    { type: 'field', name: 'email', input: 'email', label: 'E-mail', required: true },
    { type: 'field', name: 'sms', input: 'checkbox', label: 'Write to me', consent: 'sms' },
    { type: 'button', text: 'Send', action: 'submit' },
  ],
});
const STOPS = [
  'input mood=1',
  'input.control email',
  'input.control sms',
  'button.button Send',
  'button.close Close',
];

describe.each(ENGINES)('with the keyboard alone, in %s', (engine) => {
  let visitors: Visitors;
  beforeAll(async () => {
    visitors = await startVisitors(engine);
  });
  afterAll(() => visitors.close());

  /** A page whose popup appears when the button `Offers` is pressed by key. */
  const atTheOpener = async (content: unknown) => {
    const staged = stand.stage({ popups: [{ content, triggers: [{ on: 'click', selector: '#opener' }] }] });
    const tab = await visitors.arrive(staged.url());
    await tab.until('the trigger', () => probe.popups.length > 0);
    await tab.evaluate(async () => {
      // Armed is not yet watched for: the chunk of the triggers is on its way.
      await new Promise((done) => setTimeout(done, 300));
      probe.find('#opener')?.focus();
    });
    await tab.press('Enter');
    await tab.popup();
    return tab;
  };

  it('a modal takes the focus, keeps it going round, gives it back to its opener at Escape', async () => {
    const tab = await atTheOpener(FORM);
    expect(await focusOf(tab)).toMatch(/card|dialog/);
    expect(await path(tab, 'Tab', 7)).toEqual([...STOPS, ...STOPS.slice(0, 2)]);
    expect(await path(tab, 'Shift+Tab', 7)).toEqual([STOPS[0], ...STOPS.toReversed(), STOPS[4]]);
    await tab.press('Escape');
    await gone(tab);
    expect(await focusOf(tab)).toBe('button#opener Offers');
    await tab.until('its report', () => probe.told().length > 1);
    expect(await tab.evaluate(() => probe.told())).toEqual(['popup_shown', 'popup_dismissed escape']);
    await tab.close();
  });

  it('the cycle has no hole after a score has been chosen, and none where the card leads backwards', async () => {
    const tab = await atTheOpener(FORM);
    await tab.press('Shift+Tab');
    expect(await focusOf(tab)).toBe('button.close Close');
    await tab.press('Tab', 'ArrowRight', 'ArrowRight');
    expect(await focusOf(tab)).toBe('input mood=3');
    const chosen = STOPS.with(0, 'input mood=3');
    expect(await path(tab, 'Tab', 5)).toEqual([...chosen.slice(1), chosen[0]]);
    expect(await path(tab, 'Shift+Tab', 2)).toEqual([chosen[4], chosen[3]]);
    await tab.close();
  });

  it('a form is filled in and sent by keys; what is wrong takes the focus', async () => {
    const tab = await atTheOpener(FORM);
    await tab.press('Tab', 'ArrowRight', 'Tab', 'Enter');
    expect(await focusOf(tab)).toBe('input.control email');
    expect(await tab.evaluate(() => probe.find('>>[name=email]')?.ariaInvalid)).toBe('true');
    await tab.type('ada@example.com');
    await tab.press('Tab', ' ');
    await tab.press('Tab', 'Enter');
    await gone(tab);
    expect(await focusOf(tab)).toBe('button#opener Offers');
    expect(await tab.evaluate(() => probe.told())).toEqual([
      'popup_shown',
      'popup_submitted',
      'survey_answered 2',
      'form_submitted',
      'popup_closed action',
    ]);
    await tab.close();
  });

  it('a score that leads on is reached by Tab and chosen by Enter, and the next step has the focus', async () => {
    const tab = await atTheOpener(
      withAllBlocks({
        kind: 'modal',
        blocks: [
          {
            type: 'rating',
            name: 'nps',
            scale: 'nps',
            label: 'Would you?',
            next: [{ from: 0, to: 10, step: 'thanks' }],
          },
        ],
      }),
    );
    await tab.press('Tab', 'Tab', 'Tab', 'Tab');
    expect(await focusOf(tab)).toBe('button.score 3 of 10');
    expect(await tab.evaluate(() => probe.told())).toEqual(['popup_shown']);
    await tab.press('Enter');
    await tab.until('the thanks', () => /Thank/.test(`${probe.surface()?.textContent}`));
    expect(await tab.evaluate(() => probe.told())).toEqual([
      'popup_shown',
      'popup_submitted',
      'survey_answered 3',
    ]);
    expect(await focusOf(tab)).toMatch(/card|dialog/);
    expect(await path(tab, 'Tab', 3)).toEqual([
      'button.button Close it',
      'button.close Close',
      'button.button Close it',
    ]);
    await tab.press('Enter');
    await gone(tab);
    expect(await focusOf(tab)).toBe('button#opener Offers');
    await tab.close();
  });

  it.each(['slide-in', 'bar', 'inline'])('a %s leaves the focus and the keys to the page', async (kind) => {
    const content = small({ kind: 'slide-in', ...KINDS[kind] });
    const staged = stand.stage({ popups: [{ content, cause: 'wanted' }] });
    const tab = await visitors.arrive(staged.url());
    await tab.evaluate(() => {
      probe.find('#other')?.focus();
      beckon.track('wanted');
      return beckon.flush();
    });
    await tab.popup();
    expect(await focusOf(tab)).toBe('button#other Other');
    await tab.press('Tab');
    expect(await focusOf(tab)).toBe('input#search');
    await tab.type('mug');
    // Where the focus is not in it, Escape is the page's.
    await tab.press('Escape');
    expect(
      await tab.evaluate(() => [probe.find<HTMLInputElement>('#search')?.value, !!probe.surface()]),
    ).toEqual(['mug', true]);
    // It can be reached all the same, and left: it is no trap.
    await tab.evaluate(() => probe.find('>>.close')?.focus());
    await tab.press('Shift+Tab');
    expect(await focusOf(tab)).toBe('button.button Later');
    expect((await path(tab, 'Shift+Tab', 12)).join()).toMatch(/#search.*#other/);
    await tab.evaluate(() => {
      probe.find('#search')?.focus();
      probe.find('>>.button')?.focus();
    });
    await tab.press('Escape');
    if (kind === 'inline') {
      // Part of the page, which has keys of its own.
      expect(await tab.evaluate(() => !!probe.surface())).toBe(true);
    } else {
      await gone(tab);
      expect(await tab.evaluate(() => probe.told())).toEqual(['popup_shown', 'popup_dismissed escape']);
    }
    await tab.close();
  });

  it('a launcher opens and closes by keys, and has the focus again afterwards', async () => {
    const content = small({ kind: 'modal', ...KINDS.launcher });
    const tab = await visitors.arrive(stand.stage({ popups: [{ content }] }).url());
    await tab.until('the tab', () => probe.find('>>.tab button')?.checkVisibility());
    expect(await focusOf(tab)).toBe('body');
    await tab.evaluate(() => probe.find('>>.tab button')?.focus());
    await tab.press('Enter');
    await tab.popup();
    await tab.press('Tab');
    expect(await focusOf(tab)).toBe('a.button To the shop');
    await tab.press('Escape');
    await gone(tab);
    // The browser closes a dialog in one task, and tells of it in another.
    await eventually(async () => expect(await focusOf(tab)).toBe('button Offer'));
    expect(await tab.evaluate(() => probe.told())).toEqual(['popup_shown', 'popup_dismissed escape']);
    await tab.close();
  });
});

describe('while the visitor writes', () => {
  let visitors: Visitors;
  beforeAll(async () => {
    visitors = await startVisitors('Firefox');
  });
  afterAll(() => visitors.close());

  it('nothing appears, and not a letter is lost; it appears when the field has been left', async () => {
    const content = small({ kind: 'modal' });
    const tab = await visitors.arrive(stand.stage({ popups: [{ content, cause: 'wanted' }] }).url());
    await tab.click('#search');
    await tab.evaluate(() => {
      beckon.track('wanted');
      return beckon.flush();
    });
    await tab.type('a mug that is blue');
    await tab.until('being armed', () => probe.popups.length > 0);
    await tab.type(' and large');
    expect(await tab.evaluate(() => [probe.find<HTMLInputElement>('#search')?.value, probe.told()])).toEqual([
      'a mug that is blue and large',
      [],
    ]);
    await tab.evaluate(() => probe.find('#search')?.blur());
    await tab.popup();
    await tab.close();
  });
});
