import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStand, type PopupStand, type Scene, type StagedScene } from '../../support/popup-stand.ts';
import { ENGINES, startVisitors, type Tab, type Visitors } from '../../support/tab.ts';
import { FORM, OFFER, picture, small, withAllBlocks } from './contents.ts';

let stand: PopupStand;
beforeAll(async () => {
  stand = await openStand();
});
afterAll(() => stand.close());

describe.each(process.env.DEEP ? ENGINES : (['Chromium'] as const))(
  'the page stays whole, in %s,',
  { concurrent: true },
  (engine) => {
    let visitors: Visitors;
    beforeAll(async () => {
      visitors = await startVisitors(engine);
    });
    afterAll(() => visitors.close());

    const play = async (
      content: unknown,
      use: (tab: Tab, staged: StagedScene) => Promise<void>,
      scene: Partial<Scene> = {},
    ) => {
      const staged = stand.stage({ popups: [{ content }], ...scene });
      const tab = await visitors.arrive(staged.url());
      await use(tab, staged);
      expect(await tab.evaluate(() => [probe.faults, 'pwned' in window])).toEqual([[], false]);
      await tab.close();
    };
    const textOf = (tab: Tab) => tab.evaluate(() => `${probe.surface()?.textContent}`);

    it('with what the first version of the collector sent', () =>
      play(
        {
          kind: 'modal',
          lang: 'de',
          closeLabel: 'Schließen',
          theme: { accent: '#1f5eff' },
          blocks: [
            { type: 'heading', text: 'Alt' },
            { type: 'text', runs: ['Noch ', { text: 'gut', bold: true }] },
            { type: 'coupon', code: 'ALT' },
            { type: 'button', text: 'Zu', action: 'close' },
          ],
        },
        async (tab) => {
          await tab.popup();
          expect(await textOf(tab)).toMatch(/Alt.*Noch gut.*ALT.*Zu/);
          await tab.click('>>.button');
          await tab.until('its end', () => probe.told().includes('popup_dismissed close'));
        },
      ));

    it('with what a later version may send: it is left out, the rest is shown', () =>
      play(
        {
          ...small({ kind: 'modal' }),
          mood: { new: true },
          glow: { 'glow-2030': 'blur(3px)' },
          css: `${small({ kind: 'modal' }).css} @glow-2030 { a { b: c } } .popup::glow(3) { d: e }`,
          blocks: [
            { type: 'hologram', depth: 3 },
            null,
            7,
            'text',
            { type: 'text' },
            { type: 'heading', text: 'Still here' },
            { type: 'text', runs: [{ text: 'a run', sparkle: true }, 12] },
            { type: 'button', text: 'Teleport', action: 'teleport', to: 'moon' },
            { type: 'rating', name: 'x', scale: 'emoji-2030', label: 'How?' },
            { type: 'field', name: 'iris', input: 'iris-scan', label: 'Look here' },
            { type: 'button', text: 'Fine', action: 'close' },
          ],
        },
        async (tab) => {
          await tab.popup();
          const text = await textOf(tab);
          expect(text).toMatch(/Still here.*a run.*Fine/);
          expect(text).not.toMatch(/Teleport|Look here|object/);
        },
      ));

    it.each<[string, unknown]>([
      ['with unknown blocks only', { ...small({ kind: 'modal' }), blocks: [{ type: 'hologram' }] }],
      ['with no blocks', { ...small({ kind: 'modal' }), blocks: [] }],
      ['that is nothing', null],
      ['that is a text', 'Buy!'],
      ['whose steps are none', { ...small({ kind: 'modal' }), blocks: 5, steps: 'x' }],
    ])('with content %s: nothing is painted, and that is told', (_, content) =>
      play(content, async (tab) => {
        const reason = await tab.until(
          'the refusal',
          () => probe.popups.find(({ phase }) => phase === 'refused')?.reason,
        );
        expect(reason).toMatch(/unsupported|failed/);
        expect(
          await tab.evaluate(() => [probe.told(), !!probe.root(), document.querySelector('dialog')]),
        ).toEqual([[], false, null]);
      }),
    );

    it('with content of an unknown kind: shown beside the page, and closed like any', () =>
      play({ ...small({ kind: 'modal' }), kind: 'hologram' }, async (tab) => {
        await tab.popup();
        await tab.click('>>.close');
        await tab.until('its end', () => !probe.root());
        expect(await tab.evaluate(() => probe.told())).toEqual(['popup_shown', 'popup_dismissed button']);
      }));

    it('with a trigger that it does not know: the others fire', () =>
      play(null, async (tab) => tab.popup(), {
        popups: [
          {
            content: small({ kind: 'modal' }),
            triggers: [{ on: 'thought', about: 'mugs' }, { on: 'click', selector: ':::' }, { on: 'load' }],
          },
        ],
      }));

    it('with addresses that must not be followed, and markup', () => {
      const evil = [
        'javascript:pwned=1',
        ' java\nscript:pwned=1',
        'data:text/html,<script>pwned=1</script>',
        'vbscript:x',
        'blob:x',
        'file:///etc/passwd',
      ];
      const markup = '<img src=x onerror=pwned=1><script>pwned=1</script>{{ user }}';
      return play(
        withAllBlocks({
          kind: 'modal',
          lang: '"><script>pwned=1</script>',
          closeLabel: markup,
          launcher: { text: markup },
          blocks: [
            { type: 'heading', text: markup },
            { type: 'text', runs: [markup, ...evil.map((href) => ({ text: 'run', href }))] },
            { type: 'coupon', code: markup, label: markup, apply: { text: markup, href: evil[0] ?? '' } },
            ...evil.map((href) => ({ type: 'button', text: 'go', action: 'url', href }) as const),
            ...evil.map((src) => ({ type: 'image', ...picture('a', 10, 10), src }) as const),
            {
              type: 'products',
              items: evil.map((href) => ({
                name: markup,
                href,
                image: { ...picture('b', 9, 9), src: href },
              })),
            },
            {
              type: 'field',
              name: markup,
              input: 'select',
              label: markup,
              options: [{ value: markup, text: markup }],
            },
            { type: 'button', text: 'Fine', action: 'close' },
          ],
        }),
        async (tab) => {
          await tab.popup();
          const found = await tab.evaluate(() => ({
            links: [...(probe.root()?.querySelectorAll('a') ?? [])].map(({ href }) => href),
            pictures: probe.root()?.querySelectorAll('img').length,
            scripts: probe.root()?.querySelectorAll('script').length,
            heading: probe.find('>>h2')?.textContent,
            fetched: performance.getEntriesByType('resource').filter(({ name }) => /evil|passwd/.test(name))
              .length,
          }));
          expect(found).toEqual({
            links: [],
            pictures: 0,
            scripts: 0,
            heading: markup,
            fetched: 0,
          });
          await tab.click('>>.close');
        },
      );
    });

    it('with pictures that are missing: their place goes', () =>
      play(
        withAllBlocks({
          kind: 'modal',
          blocks: [{ type: 'image', ...picture('missing', 640, 240) }, ...OFFER.slice(1)],
        }),
        async (tab) => {
          await tab.popup();
          await tab.until('one picture', () => probe.root()?.querySelectorAll('img').length === 1);
          expect(
            await tab.evaluate(
              () =>
                (probe.find('>>h2')?.getBoundingClientRect().y ?? 0) -
                (probe.surface()?.getBoundingClientRect().y ?? 0),
            ),
          ).toBeLessThan(80);
        },
      ));

    it('when listeners, the data layer and callbacks of the page throw', () =>
      play(
        withAllBlocks({
          kind: 'modal',
          dataLayer: true,
          blocks: [{ type: 'button', text: 'Ask', action: 'call', name: 'chat' }],
        }),
        async (tab) => {
          await tab.popup();
          await tab.evaluate(() => {
            beckon.on('message', ({ name }) => {
              if (name === 'chat') throw new Error('theirs');
            });
          });
          await tab.click('>>.button');
          await tab.until('its end', () => !probe.surface());
          expect(await tab.evaluate(() => probe.told())).toEqual([
            'popup_shown',
            'popup_clicked call',
            'popup_closed action',
          ]);
          // As in a handler of the page's own, it is seen in the console; the tag manager's is told to `error`.
          expect(await tab.evaluate(() => probe.faults.splice(0).join())).toMatch(
            /^(Uncaught )?Error: theirs$/,
          );
          expect(await tab.evaluate(() => probe.problems.join())).toMatch(/full/);
        },
        { script: "window.dataLayer = { push() { throw new Error('full') } }" },
      ));

    it('where nothing may be stored: popups and forms work all the same', () =>
      play(
        withAllBlocks({
          kind: 'modal',
          blocks: [...FORM.slice(0, -1), { type: 'button', text: 'Send', action: 'submit' }],
        }),
        async (tab, staged) => {
          expect(
            await tab.evaluate(() => {
              try {
                return !!localStorage;
              } catch {
                return 'refused';
              }
            }),
          ).toBe('refused');
          await tab.popup();
          await tab.click('>>[name=email]');
          await tab.type('ada@example.com');
          await tab.click('>>[type=submit]');
          await tab.until('its end', () => !probe.surface());
          await tab.evaluate(() => beckon.flush());
          expect(JSON.stringify(staged.received)).toContain('ada@example.com');
        },
        { policy: 'sandbox allow-scripts allow-forms' },
      ));
  },
);
