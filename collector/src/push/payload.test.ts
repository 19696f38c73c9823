import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_PAYLOAD_BYTES, type PushText, pushPayload } from './payload.ts';

const ABOUT = {
  id: 'cart@3.a.push1.abcdefghijklmnopqrstuv',
  anonymousId: 'v-1',
  lang: 'de',
  tag: 't'.repeat(32),
};
const url = 'https://shop.example/cart?a=b%20c&flag';

function made(text: Partial<PushText>, about: Partial<typeof ABOUT> = {}) {
  const fitted = pushPayload({ title: 'Your cart', url, ...text }, { ...ABOUT, ...about });
  if ('fault' in fitted) throw new Error(fitted.detail);
  const bytes = new TextEncoder().encode(JSON.stringify(fitted.payload)).length;
  expect(bytes).toBeLessThanOrEqual(MAX_PAYLOAD_BYTES);
  return { ...fitted.payload.notification, bytes };
}

describe('a push message', () => {
  it('is in the declarative form, and each address says by which message it was clicked', () => {
    const actions = [{ action: 'shop', title: 'Shop', url: 'https://shop.example/#top' }];
    const text = { title: 'T', body: 'B', url, icon: 'https://cdn.example/i.png', actions };
    expect(pushPayload(text, ABOUT)).toEqual({
      payload: {
        web_push: 8030,
        notification: {
          title: 'T',
          body: 'B',
          navigate: `${url}&beckon_push=${ABOUT.id}`,
          lang: 'de',
          dir: 'ltr',
          tag: ABOUT.tag,
          icon: 'https://cdn.example/i.png',
          actions: [
            { action: 'shop', title: 'Shop', navigate: `https://shop.example/?beckon_push=${ABOUT.id}#top` },
          ],
          data: { beckon: 1, id: ABOUT.id, visitor: 'v-1' },
        },
      },
    });
    expect(made({}, { lang: 'ar-EG' }).dir).toBe('rtl');
  });

  it('is marked once, by the newest message', () => {
    const { navigate } = made({ url: 'https://shop.example/?beckon_push=old&x=1' });
    expect(navigate).toBe(`https://shop.example/?x=1&beckon_push=${ABOUT.id}`);
  });

  it.each(['/cart', 'javascript:alert(1)', 'data:text/html,x', '', 'shop.example'])(
    'is none when it leads to %j',
    (wrong) => {
      expect(pushPayload({ title: 'T', url: wrong }, ABOUT)).toMatchObject({ fault: 'payload' });
      expect(made({ actions: [{ action: 'a', title: 'A', url: wrong }] })).not.toHaveProperty('actions');
    },
  );

  it('is none without a title', () => {
    expect(pushPayload({ title: ' ', url }, ABOUT)).toMatchObject({ fault: 'payload' });
  });
});

describe('a push message that is too long', () => {
  const long = (characters: number) => `https://cdn.example/${'p'.repeat(characters)}`;
  const actions = [{ action: 'a', title: 'A', url: long(400) }];

  it('loses the end of its body first, and no more of it than it must', () => {
    const { body = '', image, bytes } = made({ body: 'word '.repeat(1_000), image: long(500) });
    expect(image).toBe(long(500));
    expect(body).toMatch(/word…$/);
    expect(bytes).toBeGreaterThan(MAX_PAYLOAD_BYTES - 10);
  });

  it('never cuts through a character that is made of several', () => {
    const family = '👨‍👩‍👧‍👦';
    const { body = '' } = made({ body: family.repeat(300) });
    expect(body.replaceAll(family, '')).toBe('…');
    expect(body.length).toBeGreaterThan(500);
  });

  it('loses its image, then its actions, then its icon', () => {
    const body = 'b'.repeat(200);
    const [icon, image] = [long(1_000), long(1_200)];
    expect(Object.keys(made({ body, icon, image: long(300), actions }))).toEqual(
      expect.arrayContaining(['icon', 'image', 'actions']),
    );
    const withoutImage = made({ body, icon, image, actions });
    expect(withoutImage).toMatchObject({ body, icon, actions: [expect.anything()] });
    expect(withoutImage).not.toHaveProperty('image');
    const withIcon = made({ body, icon: long(1_900), image, actions });
    expect(withIcon).not.toHaveProperty('actions');
    expect(withIcon.icon).toBe(long(1_900));
    const bare = made({ body, icon: long(2_600), image, actions });
    expect(bare).toMatchObject({ body });
    expect(bare).not.toHaveProperty('icon');
  });

  it('says at last no more than where it leads', () => {
    const { body } = made({ title: 't'.repeat(2_400), body: 'b'.repeat(500) });
    expect(body).toMatch(/^b{1,119}…$/);
    expect(pushPayload({ title: 't'.repeat(2_800), url, body: 'b' }, ABOUT)).toEqual({
      fault: 'payload',
      detail: expect.stringContaining('2800 bytes'),
    });
  });

  it('always fits, or is refused, and stays what it was where it fits', () => {
    const text = fc.string({ unit: 'binary', maxLength: 3_000 });
    fc.assert(
      fc.property(text, text, fc.boolean(), (title, body, hasImage) => {
        const said = { title, body, url, ...(hasImage ? { image: long(900) } : {}) };
        const fitted = pushPayload(said, ABOUT);
        if ('fault' in fitted) return;
        const json = JSON.stringify(fitted.payload);
        expect(new TextEncoder().encode(json).length).toBeLessThanOrEqual(MAX_PAYLOAD_BYTES);
        const shown = fitted.payload.notification.body ?? '';
        if (shown !== body) expect(body.startsWith(shown.replace(/…$/, ''))).toBe(true);
      }),
    );
  });
});
