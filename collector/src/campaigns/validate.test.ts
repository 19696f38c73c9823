import { describe, expect, it } from 'vitest';
import { siteSettings } from '../sites.ts';
import { faultsOf } from './logic.ts';
import { rulesInCampaign } from './rules-in.ts';
import { type CampaignDraft, campaignDraft, segmentDraft } from './schema.ts';
import type { SiteContext } from './site-context.ts';
import { type Problem, validateCampaign, validateSegment } from './validate.ts';

const NOW = Date.parse('2026-11-22T12:00:00Z');

const context = (change: Partial<SiteContext> = {}): SiteContext => ({
  settings: siteSettings.parse({ name: 'Shop' }),
  segments: ['vip'],
  pools: [{ id: 'spring', warning: null, expiresAt: null }],
  pictures: [],
  campaigns: [],
  now: NOW,
  ...change,
});

const SOON = { on: 'load', delayMs: 3_000 };
const heading = (text = 'Hi') => ({ type: 'heading', text });
const modal = (...blocks: object[]) => ({ kind: 'modal', blocks: blocks.length > 0 ? blocks : [heading()] });
const variant = (key: string, content: object = { en: modal() }, more: object = {}) => ({
  key,
  content,
  ...more,
});
const showing = (variants: object[], more: object = {}) => ({
  steps: [{ id: 'm', type: 'message', channel: 'popup', triggers: [SOON], variants, ...more }],
});

function draftOf(change: object = {}): CampaignDraft {
  return campaignDraft.parse({ id: 'c', name: 'C', ...showing([variant('a')]), ...change });
}

const check = (change: object = {}, site: Partial<SiteContext> = {}) =>
  validateCampaign(draftOf(change), context(site));
const ofRule = (rule: unknown, facts: object = {}) => check({ audience: { rule, facts } });
const ofContent = (...blocks: object[]) => check(showing([variant('a', { en: modal(...blocks) })]));
const ofTheme = (theme: object, block: object = { type: 'text', runs: ['Hi'] }) =>
  check(showing([variant('a', { en: { ...modal(block), theme } })]));

const v = (path: string) => ({ var: path });
const short = ({ severity, pointer, message }: Problem) => `${severity} ${pointer} ${message}`;

/** A draft has this one problem. */
function expectOne(
  problems: Problem[],
  severity: Problem['severity'],
  pointer: string,
  words: string | RegExp,
) {
  expect(problems.map(short)).toHaveLength(1);
  expect(problems[0]).toMatchObject({ severity, pointer, message: expect.stringMatching(words) });
}

const AGE = v('visitor.traits.age');

describe('a site', () => {
  const large = { in: [v('sku'), Array.from({ length: 2_500 }, (_, n) => n)] };
  const [event, within] = ['purchase', 'P1D'];
  const fact = (declaration: object) => ({ audience: { facts: { n: declaration } } });

  it.each<[string, object]>([
    ['/audience/rule', { audience: { rule: large } }],
    ['/audience/facts/n/where', fact({ agg: 'count', event, where: large })],
    ['/audience/facts/n/steps/1/where', fact({ agg: 'sequence', steps: [event, { event, where: large }] })],
    [
      '/audience/facts/n/without/where',
      fact({ agg: 'sequence', steps: [event, event], without: { event, where: large } }),
    ],
    ['/entry/where', { entry: { on: 'event', event, where: large } }],
    ['/exits/0/rule', { exits: [{ rule: large }] }],
    ['/exits/1/where', { exits: [{ event }, { event, where: large }] }],
    ['/goal/where', { goal: { event, within, where: large } }],
  ])('never gets a rule at %s that is too large to be carried out', (pointer, change) => {
    expect(check(change).filter(({ severity }) => severity === 'error')).toEqual([
      { severity: 'error', pointer, message: expect.stringContaining('2000 parts') },
    ]);
    const places = rulesInCampaign(draftOf(change)).filter(({ rule }) => faultsOf(rule).length > 0);
    expect(places.map(({ path }) => `/${path.replaceAll('.', '/')}`)).toEqual([pointer]);
  });
});

describe('a marketer who publishes', () => {
  it('is not bothered about a campaign in which nothing is wrong', () => {
    expect(check()).toEqual([]);
    expect(
      ofRule(
        {
          and: [
            { '>=': [v('cart.value'), 50] },
            { in: [v('session.channel'), ['paid', 'social']] },
            { '>': [v('facts.views'), 3] },
            { some: [v('cart.items'), { '>=': [v('price'), 20] }] },
            { '!': { in: ['vip', v('visitor.segments')] } },
            { exists: ['visitor', 'traits', 'age'] },
            { '<': [18, AGE, 65] },
            { '===': [v('exposure.campaign.shown'), 0] },
            { '!==': [v('page.type'), 'checkout'] },
          ],
        },
        { views: { agg: 'count', event: 'view_item', within: 'P7D' } },
      ),
    ).toEqual([]);
  });
});

describe('an audience that nobody would be in, or the wrong people', () => {
  it.each([
    [
      'a field that is misspelt',
      { '>=': [v('cart.valu'), 5] },
      '/>=/0/var',
      /no field "cart.valu".*mean "cart.value"/,
    ],
    [
      'a field under its usual name',
      { '===': [v('user.plan'), 'x'] },
      '/===/0/var',
      /mean "visitor.traits.plan"/,
    ],
    ['a field of items', { some: [v('cart.items'), { '===': [v('brand'), 'x'] }] }, null, null],
    ['a field of its own', { '!!': v('weather') }, '/!!/var', /no field "weather"\.$/],
    ['what nobody has defined', { '>': [v('facts.views'), 1] }, '/>/0/var', /"views" is not defined/],
    [
      'text for a number',
      { '>=': [v('cart.value'), '50'] },
      '/>=/1',
      /is a number, "50" is text. Write 50 without/,
    ],
    ['text for yes or no', { '===': [v('visitor.new'), 'yes'] }, '/===/1', /is yes or no/],
    ['a number for text', { '===': [5, v('visitor.id')] }, '/===/0', /is text, 5 is a number/],
    ['a wrong value in a list', { in: [v('now.hour'), [9, '10']] }, '/in/1/1', /is a number/],
    [
      'a list that should equal a value',
      { '===': [v('visitor.segments'), 'vip'] },
      '/===/1',
      /contains a value/,
    ],
    ['items that should equal a value', { in: ['sku', v('cart.items')] }, '/in/1', /some of the items/],
    ['a value that should equal a list', { '===': [v('visitor.id'), ['a']] }, '/===/1', /is one of/],
    ['a group of fields', { '>': [v('cart'), 5] }, '/>/1', /group of fields/],
    [
      'two fields that cannot be the same',
      { '===': [v('cart.value'), v('visitor.id')] },
      '',
      /never the same/,
    ],
    ['the beginning of a number', { starts_with: [v('cart.value'), '5'] }, '/starts_with/0', /is not text/],
    ['the items of a number', { some: [v('cart.value'), true] }, '/some/0', /no list/],
    ['an operator that there is not', { near: [1] }, '/near', /Unknown operator/],
  ])('cannot be published with %s', (_, rule, pointer, words) => {
    if (pointer === null) expect(ofRule(rule)).toEqual([]);
    else expectOne(ofRule(rule), 'error', `/audience/rule${pointer}`, words ?? '');
  });

  it.each([
    [
      'a channel that there is not',
      { '===': [v('session.channel'), 'facebook'] },
      '/===/1',
      /never "facebook".*"direct", "organic"/,
    ],
    ['a loose comparison', { '==': [v('cart.quantity'), 2] }, '', /Use "===/],
    ['a value in place of a condition', { '+': [v('cart.value'), 5] }, '', /no condition/],
    ['a field in place of a condition', v('cart.value'), '', /no condition/],
    ['no', false, '', /always false. Nobody matches/],
    ['a no among others', { and: [v('visitor.new'), { '>': [1, 2] }] }, '/and/1', /always false/],
    [
      'bounds that exclude each other',
      { and: [{ '>=': [v('cart.value'), 50] }, { and: [{ '<': [v('cart.value'), 30] }] }] },
      '',
      /"Cart: Value" exclude each other/,
    ],
    [
      'two values at once',
      { and: [{ '===': [v('visitor.id'), 'a'] }, { in: [v('visitor.id'), ['b', 'c']] }] },
      '',
      /exclude each other/,
    ],
    [
      'a value out of bounds',
      { and: [{ '>': [5, v('cart.quantity')] }, { '===': [v('cart.quantity'), 5] }] },
      '',
      /exclude each other/,
    ],
    [
      'a segment that there is not',
      { in: ['vips', v('visitor.segments')] },
      '/in/0',
      /no published segment "vips"/,
    ],
    [
      'a tag that no campaign has',
      { '>': [{ var: ['exposure.tags.sale.shown', 0] }, 2] },
      '/>/0/var',
      /No campaign has the tag "sale"/,
    ],
  ])('is warned of when it is about %s', (_, rule, pointer, words) => {
    expectOne(ofRule(rule), 'warning', `/audience/rule${pointer}`, words);
  });

  it.each([
    ['alone', { '>=': [AGE, 18] }, '/>=/0'],
    ['turned around', { '!': { '<': [AGE, 18] } }, '/!/</0'],
    ['in a sum', { '>=': [{ '+': [AGE, 1] }, 18] }, '/>=/0/+/0'],
    ['twice, told once', { and: [{ '>=': [AGE, 18] }, { '<': [AGE, 65] }] }, '/and/0/>=/0'],
    ['beside a guard that does not always hold', { or: [{ '!!': AGE }, { '>': [AGE, 1] }] }, '/or/1/>/0'],
    [
      'with a value in place of a null that is there',
      { '>': [{ var: ['visitor.daysSinceLastOrder', 0] }, 3] },
      '/>/0',
    ],
  ])('is warned of those of whom nothing is known: %s', (_, rule, pointer) => {
    expectOne(ofRule(rule), 'warning', `/audience/rule${pointer}`, /is not known of every visitor/);
  });

  it.each([
    ['exists', { and: [{ '>': [AGE, 1] }, { exists: ['visitor', 'traits', 'age'] }] }],
    ['is truthy', { and: [{ '!!': AGE }, { or: [{ '>': [AGE, 60] }, { '<': [AGE, 20] }] }] }],
    ['is not null', { and: [{ '!==': [AGE, null] }, { '!': { '>': [AGE, 1] } }] }],
    ['is not missing', { and: [{ '!': { missing: ['visitor.traits.age'] } }, { '>': [AGE, 1] }] }],
    ['or is missing', { or: [{ missing: ['visitor.traits.age'] }, { '>': [AGE, 1] }] }],
    ['by a condition', { if: [{ '===': [AGE, null] }, false, { '>': [AGE, 1] }] }],
    ['by a value in its place', { '>': [{ var: ['visitor.traits.age', 0] }, 1] }],
  ])('is not warned of when the rule asks: %s', (_, rule) => {
    expect(ofRule(rule)).toEqual([]);
  });

  it('counts what it defines, and defines what it counts', () => {
    const counted = { '>': [v('facts.n'), 1] };
    const n = { agg: 'count', event: 'view_item', within: 'P7D' };
    expectOne(ofRule(true, { n }), 'warning', '/audience/facts/n', /used by no condition/);
    expectOne(
      ofRule(counted, { n: { ...n, within: 'P90D' } }),
      'warning',
      '/audience/facts/n/within',
      /last 31 days/,
    );
    expectOne(
      ofRule(counted, { n: { agg: 'count', event: 'x' } }),
      'warning',
      '/audience/facts/n',
      /last 31 days/,
    );
    expectOne(
      ofRule(counted, { n: { ...n, where: { near: [] } } }),
      'error',
      '/audience/facts/n/where/near',
      /Unknown/,
    );
    const steps = ['a', { event: 'b', where: { and: 1 } }];
    const rule = { '!': v('facts.n') };
    expectOne(
      ofRule(rule, { n: { agg: 'sequence', steps, within: 'P1D' } }),
      'error',
      '/audience/facts/n/steps/1/where/and',
      /list/,
    );
  });

  it('is told that a rule is too large, wherever it stands', () => {
    let rule: unknown = true;
    for (let depth = 0; depth < 70; depth++) rule = { '!': [rule] };
    const draft = {
      ...draftOf(),
      audience: { rule, facts: { n: { agg: 'count', event: 'x', where: rule } } },
      entry: { on: 'event', event: 'x', where: rule },
      exits: [{ event: 'x' }, { event: 'x', where: rule }, { rule }],
      goal: { event: 'x', within: 'P1D', where: rule },
    } as unknown as CampaignDraft;
    const tooDeep = validateCampaign(draft, context()).filter(({ severity }) => severity === 'error');
    expect(tooDeep.map(({ pointer }) => pointer)).toEqual([
      '/audience/rule',
      '/audience/facts/n/where',
      '/entry/where',
      '/exits/1/where',
      '/exits/2/rule',
      '/goal/where',
    ]);
  });

  it('knows at once what a live campaign has counted for long', () => {
    const audience = { rule: { '>': [v('facts.n'), 1] }, facts: { n: { agg: 'count', event: 'x' } } };
    const live = {
      ...draftOf({ id: 'other', audience, priority: 1 }),
      version: 1,
      status: 'live',
      createdAt: '',
    } as const;
    expect(check({ audience }, { campaigns: [live] })).toEqual([]);
  });

  it.each([
    ['a single event', { '!!': v('event.name') }, /single event/],
    ['another segment', { in: ['vip', v('visitor.segments')] }, /cannot depend on segments/],
    [
      'a popup that it does not belong to',
      { '>': [v('exposure.campaign.shown'), 1] },
      /belongs to no campaign/,
    ],
  ])('is no segment when it looks at %s', (_, rule, words) => {
    const draft = segmentDraft.parse({ id: 's', name: 'S', audience: { rule } });
    const [problem, ...others] = validateSegment(draft, context());
    expect([problem?.severity, others]).toEqual(['error', []]);
    expect(problem?.message).toMatch(words);
  });
});

describe('a campaign that would never be shown, or never end', () => {
  it.each([
    [
      'it starts by a segment that there is not',
      { entry: { on: 'segment', segment: 'vipp' } },
      'error',
      '/entry/segment',
      /Did you mean "vip"/,
    ],
    ['an event has no effect', { entry: { event: 'purchase' } }, 'warning', '/entry/event', /no effect/],
    [
      'its event is wrong',
      { entry: { on: 'event', event: 'x', where: { near: [] } } },
      'error',
      '/entry/where/near',
      /Unknown/,
    ],
    [
      'no event is such',
      {
        entry: {
          on: 'event',
          event: 'x',
          where: { and: [{ '>': [v('value'), 5] }, { '<': [v('value'), 5] }] },
        },
      },
      'warning',
      '/entry/where',
      /No event matches/,
    ],
    [
      'it ends by what starts it',
      { entry: { on: 'event', event: 'x' }, exits: [{ event: 'x' }] },
      'warning',
      '/exits/0/event',
      /starts the campaign and ends it/,
    ],
    ['it has always ended', { exits: [{ rule: true }] }, 'error', '/exits/0/rule', /always true/],
    [
      'it ends for all whom it is for',
      { audience: { rule: v('visitor.new') }, exits: [{ rule: v('visitor.new') }] },
      'error',
      '/exits/0/rule',
      /Everybody/,
    ],
    ['it never ends', { exits: [{ rule: false }] }, 'warning', '/exits/0/rule', /always false/],
    [
      'it ends by a field that there is not',
      { exits: [{ rule: v('cart.emty') }] },
      'error',
      '/exits/0/rule/var',
      /no field/,
    ],
    [
      'it ends twice',
      { exits: [{ event: 'x' }, { event: 'x', where: v('a') }] },
      'warning',
      '/exits/1',
      /Ending 2 changes nothing/,
    ],
    [
      'it leaves out a segment that there is not',
      { suppress: { segments: ['vip', 'no'] } },
      'error',
      '/suppress/segments/1',
      /"no"/,
    ],
    [
      'it waits for a goal that it has not',
      { goal: null, suppress: { ifConvertedWithin: 'P1D' } },
      'error',
      '/suppress/ifConvertedWithin',
      /no goal/,
    ],
    [
      'it stays away after a goal that it has not',
      { goal: null, cap: { afterConvert: 3 } },
      'warning',
      '/cap/afterConvert',
      /no goal/,
    ],
    [
      'its goal has no time',
      { goal: { event: 'purchase', within: 'PT0S' } },
      'error',
      '/goal/within',
      /31 days/,
    ],
    [
      'its goal has too much time',
      { goal: { event: 'purchase', within: 'P32D' } },
      'error',
      '/goal/within',
      /31 days/,
    ],
    [
      'its goal is wrong',
      { goal: { event: 'purchase', within: 'P1D', where: { near: [] } } },
      'error',
      '/goal/where/near',
      /Unknown/,
    ],
    ['it is over', { schedule: { end: '2026-11-21T00:00' } }, 'warning', '/schedule/end', /over/],
    [
      'its days do not come',
      { schedule: { end: '2026-11-24T00:00', days: [3] } },
      'error',
      '/schedule/days',
      /None of these/,
    ],
    [
      'its hours do not come',
      { schedule: { start: '2026-12-01T10:00', end: '2026-12-01T12:00', hours: [['12:00', '13:00']] } },
      'error',
      '/schedule/hours',
      /None of these/,
    ],
    ['it has no page', { page: { include: [] } }, 'error', '/page/include', /no page/],
    [
      'its pages are excluded',
      { page: { include: [{ path: '/sale/*' }], exclude: [{ path: '/sale*' }] } },
      'error',
      '/page/exclude',
      /never shown/,
    ],
    [
      'one of its pages is excluded',
      { page: { include: [{ path: '/a' }, { path: '/b' }], exclude: [{ path: '/b*' }] } },
      'warning',
      '/page/include/1',
      /"\/b"/,
    ],
    ['it disturbs who pays', { page: { exclude: [] } }, 'warning', '/page/exclude', /checkout/],
  ])('is pointed out: %s', (_, change, severity, pointer, words) => {
    expectOne(check(change), severity as Problem['severity'], pointer, words);
  });

  it.each([
    [
      'hours that come',
      { schedule: { start: '2026-12-01T10:00', end: '2026-12-01T12:00', hours: [['11:00', '13:00']] } },
    ],
    [
      'a night that has begun the day before',
      { schedule: { start: '2026-12-01T01:00', end: '2026-12-01T02:00', hours: [['22:00', '02:00']] } },
    ],
    ['an end that some clocks have not reached', { schedule: { end: '2026-11-22T10:00' } }],
    ['one page', { page: { include: [{ path: '/sale*' }], exclude: [] } }],
    [
      'a host without its checkout',
      {
        page: {
          include: [{ host: 'a.example', path: '/*' }],
          exclude: [{ host: '*.example', path: '/checkout*' }],
        },
      },
    ],
    [
      'an ending by other properties',
      { entry: { on: 'event', event: 'x', where: v('a') }, exits: [{ event: 'x', where: v('b') }] },
    ],
    ['no goal, and nothing that hangs on it', { goal: null }],
  ])('is left alone with %s', (_, change) => {
    expect(check(change)).toEqual([]);
  });

  it('is told which live campaign of the same priority goes first', () => {
    const live = (change: object) => ({
      ...draftOf({ id: 'old', name: 'Old', ...change }),
      version: 1,
      status: 'live' as const,
      createdAt: '',
    });
    expectOne(check({}, { campaigns: [live({})] }), 'warning', '/priority', /"Old" has the same priority/);
    expect(check({}, { campaigns: [live({ priority: 501 })] })).toEqual([]);
    expect(check({}, { campaigns: [live({ id: 'c' })] })).toEqual([]);
    expect(
      check(
        { page: { include: [{ path: '/a' }] } },
        { campaigns: [live({ page: { include: [{ path: '/b' }] } })] },
      ),
    ).toEqual([]);
  });

  it('is told when nothing can be learnt from it', () => {
    const settings = siteSettings.parse({ name: 'Shop', holdout: { percent: 0 } });
    expectOne(check({}, { settings }), 'warning', '/holdout/percent', /cannot be measured/);
    expect(check({ holdout: { percent: 5 } }, { settings })).toEqual([]);
    expect(check({ goal: { event: 'survey_done', within: 'P1D' } }, { settings })).toEqual([]);
  });
});

describe('a popup that somebody could not read', () => {
  const at = '/steps/0/variants/0/content';
  it.each([
    [
      'a variant without weight',
      [variant('a'), variant('b', undefined, { weight: 0 })],
      {},
      'warning',
      '/steps/0/variants/1/weight',
      /never shown/,
    ],
    [
      'a language that one variant lacks',
      [variant('a', { en: modal(), de: modal() }), variant('b')],
      {},
      'warning',
      '/steps/0/variants/1/content',
      /"b" has no text in "de", variant "a" has one/,
    ],
    [
      'a language that is built otherwise',
      [variant('a', { en: modal(), de: modal(heading(), heading()) })],
      {},
      'warning',
      `${at}/de/blocks`,
      /not built as "en"/,
    ],
    [
      'a fallback that no variant has',
      [variant('a')],
      { fallbackLocale: 'fr' },
      'error',
      '/steps/0/fallbackLocale',
      /"fr"/,
    ],
    [
      'no text in the language of the site',
      [variant('a', { de: modal() })],
      {},
      'warning',
      at,
      /language of the site/,
    ],
    [
      'a language that is none',
      [variant('a', { en: modal(), en_US: modal() })],
      {},
      'error',
      `${at}/en_US`,
      /no language tag/,
    ],
    [
      'a language twice',
      [variant('a', { en: modal(), EN: modal() })],
      {},
      'warning',
      `${at}/EN`,
      /same language/,
    ],
  ])('is pointed out: %s', (_, variants, more, severity, pointer, words) => {
    expectOne(check(showing(variants, more)), severity as Problem['severity'], pointer, words);
  });

  it('is not missed where a variant has the language without the country', () => {
    expect(check(showing([variant('a', { 'en-GB': modal(), en: modal() }), variant('b')]))).toEqual([]);
  });

  it.each([
    ['an empty heading among others', [heading(), heading(' ')], 'warning', '/1/text', /left out/],
    [
      'an empty label',
      [heading(), { type: 'coupon', code: 'X', label: '' }],
      'warning',
      '/1/label',
      /Leave it out/,
    ],
    ['Liquid that is not closed', [heading('{{ visitor.traits.a')], 'error', '/0/text', /never closed/],
    [
      'Liquid about nothing',
      [{ type: 'text', runs: ['Hi', { text: '{{ user.name }}' }] }],
      'error',
      '/0/runs/1/text',
      /nothing called "user"/,
    ],
    [
      'a name that is not known',
      [heading('Hi {{ visitor.traits.first_name | upcase }}')],
      'warning',
      '/0/text',
      /first_name is not known/,
    ],
    [
      'a number that nobody counts',
      [heading('{{ facts.views }} views')],
      'warning',
      '/0/text',
      /"views" is not defined/,
    ],
    [
      'a pool that there is not',
      [{ type: 'coupon', pool: 'sprin', fallback: 'X' }],
      'error',
      '/0/pool',
      /mean "spring"/,
    ],
    [
      'a pool that may be empty',
      [{ type: 'coupon', pool: 'spring' }],
      'warning',
      '/0/pool',
      /is empty, the popup is not shown/,
    ],
  ])('is pointed out: %s', (_, blocks, severity, pointer, words) => {
    expectOne(ofContent(...blocks), severity as Problem['severity'], `${at}/en/blocks${pointer}`, words);
  });

  it('says something to those of whom nothing is known', () => {
    expect(ofContent(heading('Hi {{ visitor.traits.first_name | default: "there" }}'))).toEqual([]);
    expect(ofContent(heading('Hi{% if visitor.traits.name %} {{ visitor.traits.name }}{% endif %}'))).toEqual(
      [],
    );
  });

  it('uses what its texts tell', () => {
    const audience = { facts: { views: { agg: 'count', event: 'view_item', within: 'P7D' } } };
    expect(
      check({ audience, ...showing([variant('a', { en: modal(heading('{{ facts.views }}')) })]) }),
    ).toEqual([]);
  });

  it('is not shown when there is nothing to read, or to close it by', () => {
    const errors = (problems: Problem[]) =>
      problems.filter(({ severity }) => severity === 'error').map(({ pointer }) => pointer);
    expect(errors(ofContent(heading('  ')))).toEqual([`${at}/en/blocks`]);
    expect(errors(check(showing([variant('a', { en: { ...modal(), closeLabel: ' ' } })])))).toEqual([
      `${at}/en/closeLabel`,
    ]);
  });

  it.each([
    ['empty', { warning: 'empty' as const, expiresAt: null }, /"spring" is empty: everybody gets/],
    ['nearly empty', { warning: 'low' as const, expiresAt: null }, /few codes left/],
    ['out of date', { warning: null, expiresAt: '2026-11-01T00:00:00Z' }, /have expired/],
  ])('gives codes from a pool that is %s', (_, pool, words) => {
    const coupon = { type: 'coupon', pool: 'spring', fallback: 'X' };
    const variants = [variant('a', { en: modal(coupon), de: modal(coupon) })];
    const problems = check(showing(variants), { pools: [{ id: 'spring', ...pool }] });
    expectOne(problems, 'warning', `${at}/en/blocks/0/pool`, words);
  });

  const button = { type: 'button', text: 'Go', action: 'close' };
  it.each([
    [
      'grey on white',
      { background: '#ffffff', text: '#767676' },
      undefined,
      'error',
      'text',
      /contrast of 2\.\d:1/,
    ],
    [
      'dark grey on white',
      { background: '#ffffff', text: '#595959' },
      undefined,
      'warning',
      'text',
      /4\.\d:1/,
    ],
    ['a middling background', { background: '#777777' }, undefined, 'warning', 'background', /The text has/],
    ['a middling button', { accent: '#7a7a7a' }, button, 'warning', 'accent', /The button's text/],
    ['a colour of the text alone', { text: '#cccccc' }, undefined, 'warning', 'text', /only together/],
  ])('is pointed out: %s', (_, theme, block, severity, key, words) => {
    expectOne(ofTheme(theme, block), severity as Problem['severity'], `${at}/en/theme/${key}`, words);
  });

  it.each([
    ['black on white', { background: '#ffffff', text: '#111111' }, undefined],
    ['a large heading in dark grey', { background: '#ffffff', text: '#767676' }, heading()],
    ['a dark button', { accent: '#1f5eff' }, button],
    ['a middling accent without a button', { accent: '#7a7a7a' }, undefined],
  ])('is readable: %s', (_, theme, block) => {
    expect(ofTheme(theme, block)).toEqual([]);
  });
});
