import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  eventsOf,
  openStand,
  type PopupStand,
  type Scene,
  type StagedScene,
} from '../../support/popup-stand.ts';
import { ENGINES, eventually, startVisitors, type Tab, type Visitors } from '../../support/tab.ts';
import { KINDS, STRICT_POLICY, withAllBlocks } from './contents.ts';

let stand: PopupStand;
beforeAll(async () => {
  stand = await openStand();
});
afterAll(() => stand.close());

/** Whether all pictures in the popup have arrived. */
const areLoaded = (count: number) => {
  const pictures = [...(probe.root()?.querySelectorAll('img') ?? [])];
  return (
    pictures.length === count && pictures.every(({ complete, naturalWidth }) => complete && naturalWidth > 0)
  );
};

/** Uses everything that the popup has, as a visitor would. */
async function useAll(tab: Tab): Promise<void> {
  await tab.popup();
  await tab.until('the pictures', areLoaded, 2);
  await tab.click('>>.coupon');
  await tab.until(
    'the copied code',
    () => probe.root()?.querySelector('[role=status]')?.textContent === 'Copied',
  );
  await tab.click('>>button.button[type=button]:nth-last-of-type(2)');
  await tab.until('the form', () => !!probe.find('>>[name=email]'));
  // Nothing goes out that is not valid.
  await tab.click('>>[type=submit]');
  await tab.until('the complaint', () => /fill this in/.test(`${probe.surface()?.textContent}`));
  await tab.click('>>[name=email]');
  await tab.type('ada@example.com');
  await tab.click('>>[name=phone]');
  await tab.type('+44 20 7946 0000');
  await tab.click('>>textarea');
  await tab.type('A blue one');
  await tab.click('>>[type=checkbox]');
  await tab.click('>>[name=design][value="4"]');
  await tab.click('>>[type=submit]');
  await tab.until('the score', () => !!probe.find('>>.nps'));
  await tab.click('>>.nps .score:nth-child(4)');
  await tab.until('the reasons', () => !!probe.find('>>[name=mood]'));
  await tab.click('>>[name=mood][value="2"]');
  await tab.click('>>[name=again][value="0"]');
  await tab.click('>>[type=submit]');
  await tab.until('the thanks', () => !!probe.find('>>h2')?.textContent?.includes('Thank'));
  await tab.click('>>.button');
  await tab.until('its end', () => !probe.surface());
}

describe.each(ENGINES)('under the strictest policy, in %s', (engine) => {
  let visitors: Visitors;
  beforeAll(async () => {
    visitors = await startVisitors(engine);
  });
  afterAll(() => visitors.close());

  const cleanly = async (scene: Scene, use: (tab: Tab, staged: StagedScene) => Promise<void>) => {
    const staged = stand.stage(scene);
    const tab = await visitors.arrive(staged.url());
    await use(tab, staged);
    const { violations, faults, problems } = await tab.evaluate(() => probe);
    expect([violations, faults, problems, tab.console]).toEqual([[], [], [], []]);
    await tab.close();
  };

  it.each(Object.keys(KINDS))('all of a %s works, and nothing of it is forbidden', (kind) =>
    cleanly(
      { policy: STRICT_POLICY, popups: [{ content: withAllBlocks(KINDS[kind] ?? { kind: 'modal' }) }] },
      async (tab, staged) => {
        if (kind === 'launcher') await tab.click('>>.tab button');
        await useAll(tab);
        await tab.evaluate(() => beckon.flush());
        await eventually(() => {
          const events = eventsOf(staged).filter(({ event }) => /^(form|survey)_/.test(event));
          expect(events.map(({ event, properties }) => [event, properties?.step, properties?.score])).toEqual(
            [
              ['survey_answered', 'form', 4],
              ['form_submitted', 'form', undefined],
              ['survey_answered', 'score', 3],
              ['survey_answered', 'reason', 2],
              ['survey_answered', 'reason', 0],
            ],
          );
        });
        expect(eventsOf(staged).find(({ event }) => event === 'form_submitted')?.properties).toMatchObject({
          fields: { email: 'ada@example.com', phone: '+44 20 7946 0000', sms: true },
          consents: [
            { channel: 'email', text: 'You agree to e-mails from us.' },
            { channel: 'sms', text: 'Write to my telephone as well', field: 'sms' },
          ],
        });
      },
    ),
  );

  it('the policy is there, or the tests above would prove nothing', async () => {
    const staged = stand.stage({ policy: STRICT_POLICY, popups: [] });
    const tab = await visitors.arrive(staged.url());
    await tab.evaluate(() => {
      document.body.setAttribute('style', 'color:red');
      document.body.append(Object.assign(new Image(), { src: 'http://127.0.0.1:9/' }));
      try {
        document.body.innerHTML = '<b>x</b>';
      } catch {
        // What trusted types are for.
      }
    });
    const seen = await tab.until('violations', () => probe.violations.length >= 3 && probe.violations);
    expect(`${seen}`).toMatch(/style-src/);
    expect(`${seen}`).toMatch(/img-src/);
    expect(`${seen}`).toMatch(/require-trusted-types-for/);
    await tab.close();
  });
});
