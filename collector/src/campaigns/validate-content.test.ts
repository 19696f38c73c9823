import { describe, expect, it } from 'vitest';
import { siteSettings } from '../sites.ts';
import type { Problem } from './problem.ts';
import { campaignDraft } from './schema.ts';
import { validateCampaign } from './validate.ts';

const NOW = Date.parse('2026-11-22T12:00:00Z');
const AT = '/steps/0/variants/0/content/en';
const heading = { type: 'heading', text: 'Hi' };
const submit = { type: 'button', text: 'Send', action: 'submit' };
const agreed = { type: 'text', runs: ['News by e-mail, until you say no.'], consent: 'email' };
const mail = { type: 'field', name: 'email', input: 'email', label: 'E-mail' };
const nps = { type: 'rating', name: 'nps', scale: 'nps', label: 'Would you recommend us?' };
const image = { type: 'image', src: 'https://cdn.example/a.png', width: 600, height: 400, alt: 'Shoes' };
const SRC = '/v1/pictures/shop/AAAAAAAAAAAAAAAAAAAAAA.png';
const thanks = { id: 'thanks', blocks: [heading] };

const content = (blocks: object[], more: object = {}) => ({ kind: 'modal', blocks, ...more });
function check(languages: Record<string, object>, triggers: object[] = [{ on: 'exit' }]): Problem[] {
  const step = {
    id: 'm',
    type: 'message',
    channel: 'popup',
    triggers,
    variants: [{ key: 'a', content: languages }],
  };
  const draft = campaignDraft.parse({ id: 'c', name: 'C', goal: null, steps: [step] });
  const settings = siteSettings.parse({ name: 'Shop' });
  const pictures = [{ src: SRC, width: 1_200, height: 801 }];
  return validateCampaign(draft, { settings, segments: [], pools: [], pictures, campaigns: [], now: NOW });
}
const short = (problems: Problem[]) => problems.map(({ severity, pointer }) => `${severity} ${pointer}`);
const ofContent = (blocks: object[], more: object = {}) => check({ en: content(blocks, more) });

describe('a marketer who makes a form, a survey or a bar', () => {
  it('is not bothered where nothing is wrong', () => {
    const next = [
      { from: 0, to: 6, step: 'why' },
      { from: 7, to: 10, step: 'thanks' },
    ];
    const why = {
      id: 'why',
      blocks: [
        { type: 'field', name: 'why', input: 'text', label: 'Why?' },
        { ...submit, step: 'thanks' },
      ],
    };
    expect(ofContent([heading, mail, agreed, { ...submit, step: 'thanks' }], { steps: [thanks] })).toEqual(
      [],
    );
    expect(ofContent([{ ...nps, next }], { steps: [why, thanks] })).toEqual([]);
    const both = [
      { from: 0, to: 6, step: 'why' },
      { from: 7, to: 10, step: 'why-not' },
    ];
    expect(ofContent([{ ...nps, next: both }], { steps: [why, { ...why, id: 'why-not' }, thanks] })).toEqual(
      [],
    );
    expect(ofContent([{ ...image, src: SRC }])).toEqual([]);
    expect(
      ofContent([heading, { type: 'countdown', until: '2026-12-24T18:00:00Z' }], {
        kind: 'bar',
        position: 'top',
      }),
    ).toEqual([]);
    expect(ofContent([image], { kind: 'inline', slot: 'hero' })).toEqual([
      expect.objectContaining({ severity: 'warning', pointer: '/steps/0/triggers' }),
    ]);
    expect(
      ofContent([{ type: 'products', from: 'cart' }], { kind: 'launcher', launcher: { text: '-5 %' } }),
    ).toHaveLength(1);
  });

  it.each<[string, object[], object, string]>([
    ['no button sends it', [mail, agreed], {}, `error ${AT}/blocks/0`],
    ['no button sends the score', [nps], {}, `error ${AT}/blocks/0`],
    ['there is nothing to send', [heading, submit], {}, `warning ${AT}/blocks/1`],
    [
      'two answers have one name',
      [mail, agreed, { ...nps, name: 'email' }, submit],
      {},
      `error ${AT}/blocks/2/name`,
    ],
    ['an e-mail is asked for, and nothing said', [mail, submit], {}, `warning ${AT}/blocks/0`],
    [
      'a phone is asked for, and news by e-mail agreed',
      [{ ...mail, name: 'phone', input: 'phone' }, agreed, submit],
      {},
      `warning ${AT}/blocks/0`,
    ],
    ['an e-mail is not checked', [{ ...mail, input: 'text' }, submit], {}, `warning ${AT}/blocks/0/input`],
    ['a list has no entries', [{ ...mail, name: 'a', input: 'select' }, submit], {}, `error ${AT}/blocks/0`],
    [
      'two entries are stored alike',
      [
        {
          ...mail,
          name: 'a',
          input: 'select',
          options: [
            { value: 'x', text: 'X' },
            { value: 'x', text: 'Y' },
          ],
        },
        submit,
      ],
      {},
      `error ${AT}/blocks/0/options/1/value`,
    ],
    [
      'typing should be an agreement',
      [{ ...mail, name: 'a', input: 'text', consent: 'email' }, submit],
      {},
      `error ${AT}/blocks/0/consent`,
    ],
    [
      'a step is misspelt',
      [
        { ...mail, name: 'a', input: 'text' },
        { ...submit, step: 'thank' },
        { type: 'button', text: 'No', action: 'step', step: 'thanks' },
      ],
      { steps: [thanks] },
      `error ${AT}/blocks/1/step`,
    ],
    ['nobody reaches a step', [heading], { steps: [thanks] }, `warning ${AT}/steps/0`],
    [
      'some scores lead nowhere',
      [{ ...nps, next: [{ from: 0, to: 8, step: 'thanks' }] }],
      { steps: [thanks] },
      `warning ${AT}/blocks/0/next`,
    ],
    [
      'a score leads to two steps',
      [
        {
          ...nps,
          next: [
            { from: 0, to: 6, step: 'thanks' },
            { from: 6, to: 10, step: 'thanks' },
          ],
        },
      ],
      { steps: [thanks] },
      `warning ${AT}/blocks/0/next/1`,
    ],
    [
      'stars have a zero',
      [
        {
          ...nps,
          scale: 'stars',
          next: [
            { from: 1, to: 5, step: 'thanks' },
            { from: 0, to: 0, step: 'thanks' },
          ],
        },
      ],
      { steps: [thanks] },
      `error ${AT}/blocks/0/next/1`,
    ],
    [
      'a countdown is over',
      [heading, { type: 'countdown', until: '2026-11-22T11:59:00Z' }],
      {},
      `error ${AT}/blocks/1/until`,
    ],
    ['a picture is not described', [heading, { ...image, alt: '' }], {}, `warning ${AT}/blocks/1/alt`],
    ['a picture is huge', [{ ...image, width: 4_001 }], {}, `warning ${AT}/blocks/0/width`],
    [
      'a picture is not in the library',
      [{ ...image, src: SRC.replace('.png', '.jpg') }],
      {},
      `error ${AT}/blocks/0/src`,
    ],
    [
      'a picture of a product is not in the library',
      [
        {
          type: 'products',
          items: [{ name: 'Shoe', image: { src: '/v1/pictures/other/a.png', width: 60, height: 40 } }],
        },
      ],
      {},
      `error ${AT}/blocks/0/items/0/image/src`,
    ],
    [
      'a picture has another shape',
      [heading, { ...image, src: SRC, height: 600 }],
      {},
      `warning ${AT}/blocks/1/height`,
    ],
    ['it has nothing but space', [{ type: 'spacer' }], {}, `error ${AT}/blocks`],
    ['what stands in the page has no place', [heading], { kind: 'inline' }, `error ${AT}/slot`],
    ['a tab has no text', [heading], { kind: 'launcher' }, `error ${AT}/launcher`],
    [
      'a tab has an empty text',
      [heading],
      { kind: 'launcher', launcher: { text: ' ' } },
      `error ${AT}/launcher/text`,
    ],
    ['a bar is in a corner', [heading], { kind: 'bar', position: 'top-end' }, `error ${AT}/position`],
    ['a modal has a position', [heading], { position: 'top' }, `warning ${AT}/position`],
    ['a bar is full', [heading, heading, heading, heading], { kind: 'bar' }, `warning ${AT}/blocks`],
    ['a bar has a picture', [image], { kind: 'bar' }, `warning ${AT}/blocks`],
    [
      'nobody can read it at night',
      [heading, agreed],
      { theme: { dark: { background: '#222222', text: '#333333' } } },
      `error ${AT}/theme/dark/text`,
    ],
    [
      'a text colour of the night is used by nothing',
      [heading],
      { theme: { dark: { text: '#ffffff' } } },
      `warning ${AT}/theme/dark/text`,
    ],
    [
      'a link in a step says nothing',
      [heading, { type: 'button', text: 'On', action: 'step', step: 'thanks' }],
      { steps: [{ id: 'thanks', blocks: [{ type: 'heading', text: ' ' }, heading] }] },
      `warning ${AT}/steps/0/blocks/0/text`,
    ],
    [
      'a pool of a step is not there',
      [heading, { type: 'button', text: 'On', action: 'step', step: 'thanks' }],
      { steps: [{ id: 'thanks', blocks: [{ type: 'coupon', pool: 'gone' }] }] },
      `error ${AT}/steps/0/blocks/0/pool`,
    ],
    [
      'a template of a field is broken',
      [{ ...mail, name: 'a', input: 'text', placeholder: '{{ nope }}' }, submit],
      {},
      `error ${AT}/blocks/0/placeholder`,
    ],
  ])('is told before publishing when %s', (_, blocks, more, expected) => {
    // That a launcher should come before the visitor leaves is told apart from this.
    const problems = short(ofContent(blocks, more)).filter(
      (problem) => problem !== 'warning /steps/0/triggers',
    );
    expect(problems).toEqual([expected]);
  });

  it.each<[string, object, string[]]>([
    ['a click on nothing', { on: 'click', selector: '.a[' }, ['error /steps/0/triggers/0/selector']],
    [
      'a click on a class that is none',
      { on: 'click', selector: '.1st' },
      ['error /steps/0/triggers/0/selector'],
    ],
    ['a click on half a list', { on: 'click', selector: '.a, ' }, ['error /steps/0/triggers/0/selector']],
    ['a click on a style', { on: 'click', selector: '.a {}' }, ['error /steps/0/triggers/0/selector']],
    [
      'a click on a link',
      { on: 'click', selector: 'a[href^="/sale"]:not(.off) > b:nth-child(2n + 1), #x\\:y' },
      [],
    ],
    [
      'an event that only servers tell',
      { on: 'event', event: 'refund' },
      ['error /steps/0/triggers/0/event'],
    ],
    [
      'an event that is misspelt',
      { on: 'event', event: 'add_to_cert' },
      ['warning /steps/0/triggers/0/event'],
    ],
    ["an event of the shop's own", { on: 'event', event: 'quiz_finished' }, []],
    ['the page itself', { on: 'load' }, ['warning /steps/0/triggers/0']],
  ])('is told of a trigger: %s', (_, trigger, expected) => {
    expect(short(check({ en: content([heading]) }, [trigger]))).toEqual(expected);
  });

  it('is told when languages differ in what visitors agree to, or in the kind', () => {
    const own = { ...mail, name: 'a', input: 'text' };
    const plain = { type: 'text', runs: ['News'] };
    expect(short(check({ en: content([own, agreed, submit]), de: content([own, plain, submit]) }))).toEqual([
      'warning /steps/0/variants/0/content/de/blocks',
    ]);
    expect(short(check({ en: content([heading]), de: content([heading], { kind: 'slide-in' }) }))).toEqual([
      'warning /steps/0/variants/0/content/de/kind',
    ]);
  });
});
