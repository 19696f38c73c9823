// @vitest-environment happy-dom
import { afterEach, expect, test, vi } from 'vitest';
import type { Drawn } from '../../collector/src/campaigns/content.ts';
import { personalise } from '../../collector/src/campaigns/personalise.ts';
import type { LoadChunk } from '../../sdk/src/chunks.ts';
import * as extras from '../../sdk/src/onsite/extras/index.ts';
import { openPopup } from '../../sdk/src/onsite/popup.ts';

type Block = Drawn['blocks'][number];

const image = { src: 'https://cdn.example/a.png', width: 800, height: 400, alt: '' };
const heading: Block = { type: 'heading', text: 'Hi' };
const asked = (['email', 'phone', 'name', 'text', 'checkbox'] as const).map(
  (input): Block => ({ type: 'field', name: input, input, label: input }),
);
const rated = (['nps', 'stars', 'faces', 'thumbs'] as const).map(
  (scale): Block => ({ type: 'rating', name: scale, scale, label: 'How?', low: 'Bad', high: 'Good' }),
);

/** Each block in each of its forms. */
const BLOCKS: Block[] = [
  heading,
  { type: 'text', runs: ['a', { text: 'b', bold: true }, { text: 'c', italic: true, href: '/c' }] },
  { type: 'text', runs: ['I agree'], consent: 'email' },
  { type: 'coupon', code: 'A', label: 'Yours', apply: { text: 'Use it', href: '/cart' } },
  { type: 'coupon', code: 'A' },
  { type: 'button', text: 'Go', action: 'close' },
  { type: 'image', ...image },
  ...asked,
  { type: 'field', name: 's', input: 'select', label: 's', options: [{ value: 'm', text: 'M' }] },
  ...rated,
  { ...rated[0], next: [{ from: 0, to: 10, step: 'end' }] } as Block,
  { type: 'countdown', until: '2099-01-01T00:00:00Z', label: 'Ends in' },
  { type: 'products', items: [{ name: 'Mug', href: '/mug', image }, { name: 'Cup' }] },
  { type: 'products', items: [{ name: 'Cup' }] },
  { type: 'spacer', size: 'small' },
  { type: 'spacer', size: 'medium' },
  { type: 'spacer', size: 'large' },
];
const KINDS: Partial<Drawn>[] = [
  { kind: 'modal' },
  { kind: 'modal', picture: 'start' },
  { kind: 'modal', picture: 'end', launcher: { text: 'Offer' } },
  { kind: 'slide-in', position: 'top-start' },
  { kind: 'slide-in', position: 'bottom-end', launcher: { text: 'Offer' } },
  { kind: 'bar', position: 'top' },
  { kind: 'bar', position: 'bottom' },
  { kind: 'inline', slot: 'here' },
];

/** Names without a rule of their own: they say which way something else stands, or look as it does anyway. */
const UNSTYLED = ['faces', 'rating', 'top', 'top-start'];
/** Of parts that come whole: some of it may not be there, such as a bar's button. */
const WHOLE = [
  ...[
    'bold',
    'italic',
    'button',
    'coupon',
    'offer',
    'heading',
    'thumbs',
    'nps',
    'ends',
    'label',
    'end',
    'start',
  ],
  ...['small', 'medium', 'large', 'bottom', 'wide', 'picture'],
];

const without = (some: Set<string>, others: Set<string>) => [...some].filter((name) => !others.has(name));

let close = () => {};
afterEach(() => close());

/** The classes of what is painted, of its elements' names and attributes, and what its style speaks of. */
async function painted(blocks: Block[], more: Partial<Drawn>) {
  const steps = [{ id: 'end', blocks: [heading] }];
  const content = personalise(
    { kind: 'modal', lang: 'en', blocks, steps, ...more },
    { now: 0 },
    { locale: 'en', timeZone: 'UTC', currency: 'EUR' },
  );
  document.body.innerHTML = '<p data-beckon-slot="here"></p>';
  const calls = { clicked: vi.fn(), submitted: vi.fn(), closed: vi.fn(), opened: vi.fn() };
  const load = (async () => extras) as unknown as LoadChunk;
  const popup = await openPopup(content, calls, { endpoint: '', load });
  close = () => popup?.close('reset');
  const all = [...(document.querySelector('[data-beckon]')?.shadowRoot?.querySelectorAll('*') ?? [])];
  const selectors = [...content.css.matchAll(/(?<=^|[{}])([^@{}]+)\{/g)].flatMap(([, one = '']) => one);
  return {
    classes: new Set(all.flatMap(({ classList }) => [...classList])),
    styled: new Set(selectors.flatMap((one) => one.match(/(?<=\.)[a-z][\w-]*/g) ?? [])),
  };
}

const cases = KINDS.flatMap((more) => [
  ...BLOCKS.map((block): [string, Block[], Partial<Drawn>] => [
    `${JSON.stringify(more)}: ${JSON.stringify(block).slice(0, 60)}`,
    block.type === 'spacer' ? [heading, block] : [block],
    more,
  ]),
  [`${JSON.stringify(more)}: all of it`, BLOCKS, more] as [string, Block[], Partial<Drawn>],
]);

test.each(cases)(
  '%s has a rule for each class that is painted, and no rule of others',
  async (_, ...given) => {
    const { classes, styled } = await painted(...given);
    const inItsKind = (name: string) =>
      ['modal', 'bottom', 'end', 'start', 'stars', 'nps', 'thumbs'].includes(name);
    expect(without(classes, styled).filter((name) => !UNSTYLED.includes(name) && !inItsKind(name))).toEqual(
      [],
    );
    expect(without(styled, classes).filter((name) => !WHOLE.includes(name) && !inItsKind(name))).toEqual([]);
  },
);

test('every rule is of a class that is painted somewhere, and every class has one', async () => {
  const all = { classes: new Set<string>(), styled: new Set<string>() };
  for (const more of KINDS) {
    const { classes, styled } = await painted(BLOCKS, more);
    for (const name of classes) all.classes.add(name);
    for (const name of styled) all.styled.add(name);
    close();
  }
  expect(without(all.styled, all.classes)).toEqual([]);
  expect(without(all.classes, all.styled).filter((name) => !UNSTYLED.includes(name))).toEqual([]);
});
