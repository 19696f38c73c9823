import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FIELDS, type Field } from '../../collector/src/campaigns/fields.ts';
import { explainDecision, judge, type Situation } from '../../collector/src/campaigns/gates.ts';
import { compileAudience } from '../../collector/src/campaigns/logic.ts';
import { splitPath } from '../../collector/src/campaigns/logic-values.ts';
import { compileCampaign } from '../../collector/src/campaigns/program.ts';
import { campaignDraft } from '../../collector/src/campaigns/schema.ts';
import { validateCampaign } from '../../collector/src/campaigns/validate.ts';
import { siteSettings } from '../../collector/src/sites.ts';
import type { Json } from '../../sdk/src/message.ts';
import { runs } from './runs.ts';

const NOW = Date.UTC(2026, 10, 22);
const settings = siteSettings.parse({ name: 'Shop' });
const context = {
  settings,
  segments: ['vip'],
  pools: [{ id: 'spring', warning: null, expiresAt: null }],
  pictures: [],
  campaigns: [],
  now: NOW,
};

/** Fields of single values, with a key for those that stand for any. */
const PLAIN = FIELDS.filter(({ path }) => !/\[\]|^event\.|^exposure\.tags/.test(path)).map((field) => ({
  ...field,
  path: field.path.replace(/\*$/, 'a'),
}));
const SCALARS = PLAIN.filter(({ type }) => type !== 'items' && type !== 'list');

function valueFor({ type, values }: Pick<Field, 'type' | 'values'>): fc.Arbitrary<Json> {
  if (values) return fc.constantFrom(...values);
  if (type === 'number' || type === 'any') return fc.integer({ min: 0, max: 9 });
  if (type === 'boolean') return fc.boolean();
  if (type === 'list') return fc.subarray(['vip', 'new']);
  return type === 'items' ? fc.constant([{ item_id: 'a', price: 5 }]) : fc.constantFrom('a', 'b');
}

/** What the catalogue says that there may be of somebody. */
const visitor = fc
  .tuple(
    ...PLAIN.map((field) =>
      field.optional ? fc.option(valueFor(field), { nil: null, freq: 2 }) : valueFor(field),
    ),
  )
  .map((values) => {
    const data: Record<string, Json> = {};
    for (const [index, { path }] of PLAIN.entries()) {
      const keys = splitPath(path);
      const last = keys.pop() ?? '';
      let at = data;
      for (const key of keys) {
        at[key] ??= {};
        at = at[key] as Record<string, Json>;
      }
      const value = values[index] ?? null;
      if (value !== null || last !== 'a') at[last] = value;
    }
    data.now = { ...(data.now as object), at: NOW, timezone: 'Europe/Vienna' };
    return data as unknown as Situation['data'];
  });

/** Mostly sensible: a field, and something of its type. */
const condition = fc.constantFrom(...SCALARS).chain((field): fc.Arbitrary<Json> => {
  const read = { var: field.path };
  const op = fc.constantFrom(...(field.type === 'number' ? ['<', '>=', '==='] : ['===', '!==']));
  const guard = fc.constantFrom<Json[]>({ '!==': [read, null] }, { '!!': [read] }, { '===': [read, 1] });
  return fc.oneof(
    fc.tuple(op, valueFor(field)).map(([name, value]) => ({ [name]: [read, value] })),
    fc.tuple(op, valueFor(field), guard).map(([name, value, known]) => ({
      and: [known, { [name]: [read, value] }],
    })),
    fc.tuple(op, valueFor(field)).map(([name, value]) => ({
      or: [{ '===': [read, null] }, { [name]: [read, value] }],
    })),
    valueFor(field).map((value) => ({ in: [read, [value]] })),
  );
});
const sensible = fc.letrec<{ rule: Json }>((tie) => ({
  rule: fc.oneof(
    { maxDepth: 3 },
    condition,
    tie('rule').map((rule) => ({ '!': [rule] })),
    fc.array(tie('rule'), { minLength: 1, maxLength: 3 }).map((rules) => ({ and: rules })),
    fc.array(tie('rule'), { minLength: 1, maxLength: 3 }).map((rules) => ({ or: rules })),
    fc.tuple(tie('rule'), tie('rule'), tie('rule')).map((rules) => ({ if: rules })),
  ),
})).rule;

/** Anything with operators in it. */
const OPS = [
  'and',
  'or',
  '!',
  'if',
  '<',
  '>=',
  '===',
  '==',
  'in',
  'some',
  'filter',
  'reduce',
  '+',
  'cat',
  'substr',
];
const wild = fc.letrec<{ rule: Json }>((tie) => ({
  rule: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<Json>(null, true, 5, 'a', [], {}),
    fc.constantFrom(...FIELDS).map(({ path }) => ({ var: path.replace(/\[\]|\*/g, 'a') })),
    fc
      .tuple(fc.constantFrom(...OPS), fc.array(tie('rule'), { maxLength: 3 }))
      .map(([op, args]) => ({ [op]: args })),
    fc
      .tuple(fc.constantFrom('missing', 'exists', 'val', '!!', 'length', 'log'), tie('rule'))
      .map(([op, arg]) => ({
        [op]: arg,
      })),
  ),
})).rule;
const rule = fc.oneof({ weight: 9, arbitrary: sensible }, { weight: 1, arbitrary: wild });

const TEXTS = ['Hi', 'Ho', '', '{{ visitor.traits.a }}', '{% if cart %}Hi{% endif %}', '{{ x'];
const content = fc.record({
  kind: fc.constant('modal'),
  blocks: fc.array(
    fc.oneof(
      fc.constantFrom(...TEXTS).map((text) => ({ type: 'text', runs: [text] })),
      fc.constantFrom('spring', 'spring', 'spring', 'no').map((pool) => ({ type: 'coupon', pool })),
    ),
    { minLength: 1, maxLength: 3 },
  ),
  theme: fc.record({ background: fc.constantFrom('#ffffff', '#777777'), accent: fc.constant('#aa0000') }),
});
const draft = fc
  .record({
    audience: fc.record({ rule }),
    entry: fc.record({ on: fc.constantFrom('any', 'event'), event: fc.constant('view_item'), where: rule }),
    exits: fc.array(
      fc.oneof(
        rule.map((one) => ({ rule: one })),
        fc.constant({ event: 'purchase' }),
      ),
      {
        maxLength: 2,
      },
    ),
    variants: fc.dictionary(fc.constantFrom('en', 'de', 'de-AT', 'fr', 'it', 'x_y'), content, {
      minKeys: 1,
      maxKeys: 2,
    }),
    days: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
    end: fc.constantFrom('2026-11-20T00:00', '2026-11-23T00:00', '2027-01-01T00:00:00Z'),
  })
  .map(({ audience, entry, exits, variants, days, end }) =>
    campaignDraft.parse({
      id: 'c',
      name: 'C',
      audience,
      entry,
      exits,
      schedule: { days, end },
      steps: [
        {
          id: 'm',
          type: 'message',
          channel: 'popup',
          triggers: [{ on: 'exit' }],
          variants: [{ key: 'a', content: variants }],
        },
      ],
    }),
  );

it('a campaign without errors can be compiled, and judged for anybody', () => {
  let publishable = 0;
  fc.assert(
    fc.property(draft, visitor, (drawn, data) => {
      const problems = validateCampaign(drawn, context);
      const told = problems.map(({ pointer, message }) => `${pointer} ${message}`);
      expect(new Set(told).size).toBe(told.length);
      if (problems.some(({ severity }) => severity === 'error')) return;
      publishable++;
      const compiled = compileCampaign(
        { ...drawn, version: 1, status: 'live', createdAt: '2026-01-01T00:00:00Z' },
        'UTC',
      );
      const situation: Situation = {
        settings,
        holdout: { percent: 5, seed: '' },
        shared: data,
        data,
        exposures: [],
        outcomes: {},
        reached: [],
        convertedAt: null,
        exitedAt: null,
        cause: { event: 'view_item', properties: {} },
        armedAt: null,
        rival: null,
        failure: null,
        unit: 'v',
        test: null,
      };
      expect(judge(compiled, situation)).toHaveProperty('closed');
      expect(explainDecision(compiled, situation).trace.gates.length).toBeGreaterThan(0);
    }),
    runs(500),
  );
  expect(publishable).toBeGreaterThan(50);
});

it('a rule of which nothing is said always knows whether somebody matches', () => {
  let silent = 0;
  fc.assert(
    fc.property(sensible, visitor, (drawn, data) => {
      const { steps } = campaignDraft.parse({
        id: 'c',
        name: 'C',
        steps: [
          {
            id: 'm',
            type: 'message',
            channel: 'popup',
            triggers: [{ on: 'exit' }],
            variants: [
              { key: 'a', content: { en: { kind: 'modal', blocks: [{ type: 'heading', text: 'Hi' }] } } },
            ],
          },
        ],
      });
      const checked = campaignDraft.parse({ id: 'c', name: 'C', steps, audience: { rule: drawn } });
      if (validateCampaign(checked, context).length > 0) return;
      silent++;
      expect(compileAudience(drawn)(data)).not.toBeNull();
    }),
    runs(1_000),
  );
  expect(silent).toBeGreaterThan(50);
});
