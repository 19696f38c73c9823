import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../../sdk/src/message.ts';
import { type Program, programOf } from '../campaigns/program.ts';
import { type Campaign, campaignDraft } from '../campaigns/schema.ts';
import { checkedAnswers } from './popup-answers.ts';

const NEWSLETTER = 'Yes, send me the newsletter. I can stop it at any time.';

function campaign(id: string, blocks: object[], more: object = {}): Campaign {
  const draft = campaignDraft.parse({
    id,
    name: id,
    steps: [
      {
        id: 'm',
        type: 'message',
        channel: 'popup',
        variants: [{ key: 'a', content: { en: { kind: 'modal', blocks, ...more } } }],
      },
    ],
  });
  return { ...draft, version: 3, status: 'live', createdAt: '2026-11-22T12:00:00.000Z' };
}
const email = { type: 'field', name: 'contact', input: 'email', label: 'E-mail', required: true };
const newsletter = campaign(
  'newsletter',
  [
    { type: 'heading', text: 'Stay in touch' },
    email,
    { type: 'field', name: 'mobile', input: 'phone', label: 'Mobile' },
    {
      type: 'field',
      name: 'size',
      input: 'select',
      label: 'Size',
      options: [
        { value: 's', text: 'Small' },
        { value: 'l', text: 'Large' },
      ],
    },
    { type: 'field', name: 'agree', input: 'checkbox', label: NEWSLETTER, consent: 'email' },
    {
      type: 'text',
      runs: ['Dear {{ visitor.traits.name }}, ', { text: 'we may call.', bold: true }],
      consent: 'phone',
      doubleOptIn: true,
    },
    { type: 'button', text: 'Send', action: 'submit', step: 'more' },
  ],
  { steps: [{ id: 'more', blocks: [{ type: 'field', name: 'why', input: 'text', label: 'Why?' }] }] },
);
const survey = campaign('survey', [{ type: 'rating', name: 'nps', scale: 'nps', label: 'Would you?' }]);
const program = programOf('shop', { timeZone: 'UTC' }, [newsletter, survey], []);

const said = { variant: 'a', message_id: 'm1', step: '', locale: 'en' };
function submitted(
  more: JsonObject,
  from: { program: Program; server: boolean } = { program, server: false },
) {
  const properties = { campaign: 'newsletter@3', ...said, ...more };
  return checkedAnswers('form_submitted', properties, from);
}
function answered(more: JsonObject) {
  const properties = { campaign: 'survey@3', ...said, name: 'nps', scale: 'nps', ...more };
  return checkedAnswers('survey_answered', properties, { program, server: false }).properties;
}

describe('a form that a visitor has filled in', () => {
  it('keeps all that is right, with what each field is', () => {
    const fields = { contact: ' Mira@Shop.example ', mobile: '+49 30 123456', size: 'l', agree: true };
    const { properties, warnings } = submitted({ fields, inputs: { size: 'email' } });
    expect(properties).toEqual({
      campaign: 'newsletter@3',
      ...said,
      fields: { ...fields, contact: 'Mira@Shop.example' },
      inputs: { contact: 'email', mobile: 'phone', size: 'select', agree: 'checkbox' },
      consents: [],
    });
    expect(warnings).toEqual([]);
  });

  it.each<[string, JsonObject, JsonObject]>([
    ['an e-mail that is none', { contact: 'mira' }, { contact: { value: 'mira', reason: 'email' } }],
    ['a number that is none', { mobile: 'call me' }, { mobile: { value: 'call me', reason: 'phone' } }],
    ['a choice that was not offered', { size: 'xxl' }, { size: { value: 'xxl', reason: 'option' } }],
    ['a tick that is text', { agree: 'on' }, { agree: { value: 'on', reason: 'type' } }],
    ['an answer left empty', { contact: ' ' }, { contact: { value: ' ', reason: 'required' } }],
    ['a field that the form does not have', { admin: 'yes' }, { admin: { value: 'yes', reason: 'unknown' } }],
    [
      'more than anybody writes',
      { why: 'x'.repeat(10_001) },
      { why: { value: 'x'.repeat(500), reason: 'too_long' } },
    ],
    ['an object', { why: { a: [1] } }, { why: { value: { a: [1] }, reason: 'type' } }],
  ])('loses nothing for %s beside it', (_, wrong, invalid) => {
    const right = { mobile: '+49 30 123456', contact: 'mira@shop.example', size: 's' };
    const { properties, warnings } = submitted({ fields: { ...right, ...wrong } });
    const name = Object.keys(wrong)[0] as string;
    const { [name]: __, ...kept } = { ...right, ...wrong } as JsonObject;
    expect(properties).toMatchObject({ fields: kept, invalid });
    expect(properties.fields).not.toHaveProperty(name);
    expect(warnings).toEqual([expect.stringContaining(`"${name}"`)]);
  });

  it('that lacks what it must have says so', () => {
    expect(submitted({ fields: { size: 's' } }).properties).toMatchObject({
      fields: { size: 's' },
      invalid: { contact: { value: null, reason: 'required' } },
    });
    expect(submitted({ step: 'more', fields: { why: 'Tea.' } }).properties).not.toHaveProperty('invalid');
  });

  it('of a version that is not published any more is taken as what it says it is', () => {
    const fields = { mail: 'mira@shop.example', other: 'mira', note: 'Hi', n: 5, ok: true, list: [1] };
    const inputs = { mail: 'email', other: 'email', ok: 'checkbox', note: 'script', lost: 'email' };
    for (const reference of ['newsletter@2', 'newsletter', 'gone@1', '@']) {
      const { properties } = submitted({ campaign: reference, fields, inputs });
      expect(properties).toMatchObject({
        fields: { mail: 'mira@shop.example', note: 'Hi', n: 5, ok: true },
        inputs: { mail: 'email', ok: 'checkbox' },
        invalid: { other: { reason: 'email' }, list: { reason: 'type' } },
      });
    }
    expect(submitted({ locale: 'fr', fields }).properties).toMatchObject({ fields: { note: 'Hi' } });
  });

  it('keeps at most 50 fields, and 20 of those that were refused', () => {
    const fields = Object.fromEntries(Array.from({ length: 120 }, (_, i) => [`f${i}`, 'x']));
    const { properties, warnings } = submitted({ campaign: 'gone@1', fields });
    expect(Object.keys(properties.fields as object)).toHaveLength(50);
    expect(Object.keys(properties.invalid as object)).toHaveLength(20);
    expect(warnings[0]).toContain('65 more');
  });

  it('that is the own one of a shop stays as it is, letter by letter', () => {
    for (const properties of [{ fields: { email: 'no' } }, { campaign: { id: 1 }, fields: [1] }, {}]) {
      const from = { program, server: true };
      expect(checkedAnswers('form_submitted', properties, from).properties).toBe(properties);
    }
  });

  it('is never lost or larger, whatever is sent', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), fc.jsonValue(), fc.boolean(), (a, b, c, server) => {
        const sent = { campaign: 'newsletter@3', ...said, fields: a, inputs: b, consents: c } as JsonObject;
        for (const event of ['form_submitted', 'survey_answered', 'consent_updated']) {
          const { properties } = checkedAnswers(event, { ...sent, channel: a } as JsonObject, {
            program,
            server,
          });
          const again = checkedAnswers(event, properties, { program, server }).properties;
          expect(JSON.stringify(properties).length).toBeLessThan(JSON.stringify(sent).length + 3_000);
          if (event === 'form_submitted') expect(again.fields).toEqual(properties.fields);
        }
      }),
    );
  });
});

describe('a consent', () => {
  const fields = { contact: 'Mira@Shop.example', mobile: '+49 30 123456', agree: true };
  const consents = (list: Json, more: JsonObject = {}, server = false) =>
    submitted({ fields, consents: list, ...more }, { program, server }).properties.consents;
  const ticked = { channel: 'email', field: 'agree', text: NEWSLETTER };

  it('has the text that was published, and the address that was given', () => {
    expect(consents([{ ...ticked, text: `  ${NEWSLETTER.replace(' ', '\n')}` }])).toEqual([
      { channel: 'email', field: 'agree', text: NEWSLETTER, address: 'mira@shop.example' },
    ]);
  });

  it('to another text, or to one that was filled in, says whose word the text is', () => {
    expect(consents([{ ...ticked, text: 'Sell my data' }])).toMatchObject([
      { text: 'Sell my data', reported: true },
    ]);
    expect(consents([{ channel: 'phone', text: 'Dear Mira, we may call.' }])).toEqual([
      {
        channel: 'phone',
        text: 'Dear Mira, we may call.',
        reported: true,
        doubleOptIn: true,
        address: '+4930123456',
      },
    ]);
  });

  it('that was not ticked, or not asked for, is none', () => {
    const invalid = (list: Json, more: JsonObject = {}) =>
      submitted({ fields, consents: list, ...more }).properties;
    expect(invalid([ticked], { fields: { ...fields, agree: false } })).toMatchObject({
      consents: [],
      invalid: { 'consents.email': { reason: 'not_ticked' } },
    });
    expect(invalid([{ channel: 'sms', text: 'x' }])).toMatchObject({
      consents: [],
      invalid: { 'consents.sms': { reason: 'unknown' } },
    });
    expect(invalid([{ channel: 'pigeon' }, null, 'email'])).toMatchObject({ consents: [] });
    expect(invalid({ channel: 'email' })).toMatchObject({ invalid: { consents: { reason: 'type' } } });
  });

  it('that has to be confirmed cannot be sent as one that has not', () => {
    expect(consents([{ channel: 'phone', text: 'x', doubleOptIn: false }])).toMatchObject([
      { doubleOptIn: true },
    ]);
    const forged = { channel: 'phone', text: 'x' };
    for (const reference of ['newsletter@2', 'survey@2', 'made-up@1'])
      expect(consents([forged], { campaign: reference })).toMatchObject([{ doubleOptIn: true }]);
    expect(consents([forged], { campaign: 'made-up@1' }, true)).toEqual([
      { channel: 'phone', text: 'x', reported: true },
    ]);
    expect(consents([ticked], { campaign: 'newsletter@2' })).toMatchObject([
      { reported: true, text: NEWSLETTER },
    ]);
    expect(consents([ticked], { campaign: 'newsletter@2' })).not.toMatchObject([{ doubleOptIn: true }]);
  });

  it('is not confirmed by a browser, and may always be taken back', () => {
    const update = (state: string, server: boolean, channel = 'phone') =>
      checkedAnswers('consent_updated', { channel, state, phone: '+49 30 123456' }, { program, server });
    expect(update('granted', false)).toMatchObject({
      properties: { channel: 'phone', state: 'pending', address: '+4930123456' },
      warnings: [expect.stringContaining('server key')],
    });
    expect(update('granted', true).properties).toMatchObject({ state: 'granted' });
    expect(update('withdrawn', false).properties).toMatchObject({ state: 'withdrawn' });
    expect(update('granted', false, 'email').properties).toMatchObject({ state: 'granted' });
    expect(update('maybe', true)).toMatchObject({
      properties: { invalid: { state: { value: 'maybe', reason: 'option' } } },
      warnings: [expect.stringContaining('"state"')],
    });
  });

  it('to cookies, which shops may call the same, stays as it is', () => {
    const properties = { analytics: true, state: 'granted' };
    expect(checkedAnswers('consent_updated', properties, { program, server: false }).properties).toBe(
      properties,
    );
  });
});

describe('a score', () => {
  it('is a number of its scale', () => {
    expect(answered({ score: '9', question: 'Forged?' })).toMatchObject({ score: 9, question: 'Would you?' });
    expect(answered({ score: 0, comment: 'Late.' })).toMatchObject({ score: 0, comment: 'Late.' });
  });

  it.each<Json>([11, -1, 7.5, '9.0', true, 'good', [9]])(
    '%j does not count, and its comment stays',
    (score) => {
      const properties = answered({ score, comment: 'Late.' });
      expect(properties).toMatchObject({
        comment: 'Late.',
        invalid: { score: { value: score, reason: 'scale' } },
      });
      expect(properties).not.toHaveProperty('score');
    },
  );

  it('is measured by the scale that was published, not by the one that is said', () => {
    expect(answered({ scale: 'stars', score: 10 })).toMatchObject({ scale: 'nps', score: 10 });
    expect(answered({ campaign: 'survey@2', scale: 'stars', score: 10 })).toMatchObject({
      scale: 'stars',
      invalid: { score: { value: 10 } },
    });
    expect(answered({ name: 'other', score: 3 })).toMatchObject({
      score: 3,
      invalid: { name: { reason: 'unknown' } },
    });
  });
});
