import { describe, expect, it } from 'vitest';
import { siteSettings } from '../sites.ts';
import { faultsOf } from './logic.ts';
import { rulesInCampaign } from './rules-in.ts';
import { type CampaignDraft, campaignDraft } from './schema.ts';
import type { SiteContext } from './site-context.ts';
import { namedBy, type Problem, validateCampaign } from './validate.ts';

const PICTURE = '/v1/pictures/shop/kettle.webp';

const context = (change: Partial<SiteContext> = {}): SiteContext => ({
  settings: siteSettings.parse({ name: 'Shop', origins: ['https://shop.example'] }),
  segments: [],
  pools: [],
  pictures: [{ src: PICTURE, width: 96, height: 96 }],
  campaigns: [],
  now: Date.parse('2026-11-22T12:00:00Z'),
  ...change,
});

const said = (more: object = {}) => ({ title: 'Your cart', url: '{{ cart.restore_url }}', ...more });
const push = (content: object = said(), id = 'p', more: object = {}) => ({
  id,
  type: 'message',
  channel: 'push',
  variants: [{ key: 'a', content: { en: content } }],
  ...more,
});
const wait = (duration: string, id = `w${duration}`) => ({ id, type: 'wait', for: duration });
const until = (time: string, more: object = {}) => ({
  id: `u${time.slice(0, 2)}`,
  type: 'wait_until',
  time,
  ...more,
});
const branch = (rule: unknown, more: object = {}) => ({ id: 'b', type: 'branch', if: rule, ...more });
const popup = (more: object = {}) => ({
  id: 'm',
  type: 'message',
  channel: 'popup',
  triggers: [{ on: 'exit' }],
  variants: [
    { key: 'a', content: { en: { kind: 'modal', blocks: [{ type: 'heading', text: 'Hi' }], ...more } } },
  ],
});

const HOUR = wait('PT1H');

function draftOf(steps: object[], change: object = {}): CampaignDraft {
  const entry = { on: 'fact', fact: 'cart.updatedAt' };
  return campaignDraft.parse({ id: 'c', name: 'C', entry, steps, ...change });
}

const check = (steps: object[], change: object = {}, site: Partial<SiteContext> = {}) =>
  validateCampaign(draftOf(steps, change), context(site));

function expectOne(
  problems: Problem[],
  severity: Problem['severity'],
  pointer: string,
  words: string | RegExp,
) {
  expect(problems.map((problem) => `${problem.severity} ${problem.pointer} ${problem.message}`)).toHaveLength(
    1,
  );
  expect(problems[0]).toMatchObject({ severity, pointer, message: expect.stringMatching(words) });
}

const BOUGHT = { '>=': [{ var: 'visitor.orders' }, 1] };

describe('a marketer who publishes a journey', () => {
  it('is not bothered about one in which nothing is wrong', () => {
    const steps = [
      popup(),
      HOUR,
      branch(BOUGHT, { yes: 'end' }),
      push(),
      wait('P1D'),
      until('10:00'),
      push(said({ body: 'Together {{ cart.value | money }}.', icon: PICTURE }), 'p2'),
      { id: 'end', type: 'exit' },
    ];
    expect(check(steps)).toEqual([]);
  });

  it('is told of a popup that starts by a moment, which only journeys know', () => {
    expectOne(check([popup()]), 'error', '/entry/on', 'Only a journey');
    expectOne(
      check([popup()], { entry: { on: 'any', anchor: 'first' } }),
      'warning',
      '/entry/anchor',
      'no effect',
    );
    expectOne(
      check([popup()], { entry: { on: 'any', fact: 'cart.updatedAt' } }),
      'warning',
      '/entry/fact',
      'starts by something else',
    );
  });

  it('is told that nothing is ever said', () => {
    expectOne(check([HOUR, { id: 'x', type: 'exit' }]), 'error', '/steps', 'no message');
  });

  it.each([
    ['where there is no such step', { yes: 'q' }, '/steps/1/yes', /no step "q".*mean "p"/],
    ['back', { no: 'wPT1H' }, '/steps/1/no', 'stands before'],
    ['to itself', { no: 'b' }, '/steps/1/no', 'stands before'],
  ])('is told of a branch that leads %s', (_, ways, pointer, words) => {
    expectOne(check([HOUR, branch(BOUGHT, ways), push()]), 'error', pointer, words);
  });

  it('is told of a branch on which nothing depends, and of steps that nobody comes to', () => {
    expectOne(check([HOUR, branch(BOUGHT, { yes: 'p' }), push()]), 'warning', '/steps/1', 'nothing depends');
    const skipped = [HOUR, branch(BOUGHT, { yes: 'z', no: 'z' }), push(said(), 'y'), push(said(), 'z')];
    expect(check(skipped).map(({ pointer }) => pointer)).toEqual(['/steps/2', '/steps/1']);
    expectOne(
      check([HOUR, push(), { id: 'x', type: 'exit' }, push(said(), 'y')]),
      'warning',
      '/steps/3',
      'No way leads to the step "y"',
    );
  });

  it('is told what is wrong with the rule of a branch, as with that of an audience', () => {
    expectOne(
      check([HOUR, branch({ '>=': [{ var: 'cart.valu' }, 5] }), push()]).filter(
        ({ severity }) => severity === 'error',
      ),
      'error',
      '/steps/1/if/>=/0/var',
      'no field "cart.valu"',
    );
    const large = { in: [{ var: 'page.path' }, Array.from({ length: 2_500 }, (_, n) => n)] };
    const draft = draftOf([HOUR, branch(large, { yes: 'x' }), push(), { id: 'x', type: 'exit' }]);
    expectOne(validateCampaign(draft, context()), 'error', '/steps/1/if', '2000 parts');
    const [place] = rulesInCampaign(draft).filter(({ rule }) => faultsOf(rule).length > 0);
    expect(place?.path).toBe('steps.1.if');
  });

  it('may use a fact in a branch alone, or in a push', () => {
    const facts = { views: { agg: 'count', event: 'view_item', within: 'P7D' } };
    const rule = { '>': [{ var: 'facts.views' }, 3] };
    const audience = { facts };
    const ended = { id: 'x', type: 'exit' };
    expect(check([HOUR, branch(rule, { no: 'x' }), push(), ended], { audience })).toEqual([]);
    expect(check([HOUR, push(said({ body: '{{ facts.views }} looks' }))], { audience })).toEqual([]);
    expectOne(
      check([HOUR, push()], { audience }),
      'warning',
      '/audience/facts/views',
      'used by no condition',
    );
  });

  it('is told of messages that come too soon', () => {
    expectOne(check([push()]), 'warning', '/steps/0', 'goes out at once');
    expectOne(check([branch(BOUGHT, { yes: 'p' }), HOUR, push()]), 'warning', '/steps/2', 'goes out at once');
    const twice = (...between: object[]) => check([HOUR, push(), ...between, push(said(), 'p2')]);
    expectOne(twice(wait('PT30M')), 'warning', '/steps/3', 'less than an hour');
    expect(twice(wait('PT30M'), wait('PT30M', 'v'))).toEqual([]);
    expect(twice(until('10:00'))).toEqual([]);
  });

  it('is told of waits that hardly anybody comes to the end of', () => {
    const change = { entry: { on: 'fact', fact: 'visitor.lastOrderAt', reentry: null } };
    const waiting = (duration: string) => check([wait(duration), push(said({ url: '/' }))], change);
    expect(waiting('P31D')).toEqual([]);
    expectOne(waiting('P32D'), 'warning', '/steps/0/for', 'after 31 days');
    expectOne(waiting('P401D'), 'error', '/steps/0/for', 'erased after 400 days');
    expectOne(check([wait('PT0S'), HOUR, push()]), 'warning', '/steps/0/for', 'No time at all');
  });

  it('is told of an entry that does not go with the journey', () => {
    const entry = { on: 'fact', fact: 'cart.updatedAt' };
    expectOne(
      check([HOUR, push()], { entry: { ...entry, anchor: 'first' } }),
      'warning',
      '/entry/anchor',
      'no first one',
    );
    expectOne(check([wait('P4D'), push()]), 'warning', '/entry/reentry', 'up to 4 days');
    expect(check([wait('P4D'), push()], { entry: { ...entry, reentry: null } })).toEqual([]);
    expectOne(
      check([HOUR, push()], { entry: { ...entry, reentry: 'PT30M' } }),
      'warning',
      '/entry/reentry',
      'up to 1 hour,',
    );
  });

  it('is told of buyers who are reminded of their cart, unless the goal ends it', () => {
    const goal = { event: 'begin_checkout', within: 'P1D' };
    expectOne(check([HOUR, push()], { goal }), 'warning', '/exits', 'A purchase does not end it');
    expect(check([HOUR, push()], { goal, exits: [{ event: 'purchase' }] })).toEqual([]);
    expect(
      check([HOUR, push(said({ url: '/' }))], { goal, entry: { on: 'event', event: 'view_item' } }),
    ).toEqual([]);
  });

  it('is told of limits that are off, and of hours that are all quiet', () => {
    expectOne(check([HOUR, push()], { cap: null }), 'warning', '/cap', 'Without limits');
    expect(check([HOUR, push()], { quietHours: null })).toEqual([]);
    expectOne(
      check([HOUR, push()], { quietHours: ['09:00', '09:00'] }),
      'warning',
      '/quietHours',
      'same time',
    );
    expectOne(check([HOUR, push()], { quietHours: ['09:00', '08:30'] }), 'error', '/quietHours', '30 min');
    const schedule = { hours: [['22:00', '23:30']] };
    expectOne(check([HOUR, push()], { schedule }), 'error', '/quietHours', 'all quiet');
    expect(check([HOUR, push()], { schedule: { hours: [['20:00', '23:30']] } })).toEqual([]);
    expectOne(check([until('22:00'), push()]), 'warning', '/steps/0/time', 'sent at 09:00');
    expect(check([until('09:00'), push()])).toEqual([]);
  });
});

describe('a push message', () => {
  const of = (content: object, change: object = {}, site: Partial<SiteContext> = {}) =>
    check([HOUR, push(content)], change, site);
  const AT = '/steps/1/variants/0/content/en';

  it.each<[string, object, Problem['severity'], string, string | RegExp]>([
    [
      'a value that does not exist',
      { title: '{{ visitr.name }}' },
      'error',
      'title',
      'nothing called "visitr"',
    ],
    [
      'a filter that does not exist',
      { body: '{{ cart.value | euros }}' },
      'error',
      'body',
      'no filter called',
    ],
    ['a broken address', { url: '/{{ cart.x' }, 'error', 'url', 'never closed'],
    ['a name that may be missing', { body: 'Hi {{ visitor.traits.name }}' }, 'warning', 'body', 'has a gap'],
    ['no title', { title: ' ' }, 'error', 'title', 'nothing to read'],
    ['an empty body', { body: ' ' }, 'warning', 'body', 'left out'],
    ['a title that is cut off', { title: 'x'.repeat(51) }, 'warning', 'title', 'first 50'],
    ['a body that is cut off', { body: 'x'.repeat(121) }, 'warning', 'body', 'first 120'],
    [
      'an address elsewhere',
      { url: 'https://other.example/{{ cart.currency }}' },
      'warning',
      'url',
      'none of the pages',
    ],
    ['an address that is none', { url: 'cart' }, 'error', 'url', 'leads nowhere'],
    ['an address that is a script', { url: 'javascript:alert(1)' }, 'error', 'url', 'leads nowhere'],
    [
      'a picture that is not there',
      { icon: '/v1/pictures/shop/gone.png' },
      'error',
      'icon',
      'no such picture',
    ],
  ])('with %s is told of', (_, more, severity, key, words) => {
    expectOne(of(said(more)), severity, `${AT}/${key}`, words);
  });

  it('is told of its buttons', () => {
    const actions = [
      { action: 'open', title: 'Open', url: '/cart' },
      { action: 'open', title: '{{ nothing }}', url: 'https://other.example/' },
    ];
    expect(of(said({ actions })).map(({ severity, pointer }) => `${severity} ${pointer}`)).toEqual([
      `error ${AT}/actions/1/title`,
      `error ${AT}/actions/1/action`,
      `warning ${AT}/actions/1/url`,
    ]);
  });

  it('may lead anywhere on the site, and where a value says', () => {
    for (const url of [
      '/',
      '/cart?x={{ cart.value }}',
      'https://shop.example/a',
      '{{ event.properties.url }}',
    ]) {
      expect(of(said({ url }))).toEqual([]);
    }
    expect(
      of(said({ url: 'https://other.example/' }), {}, { settings: siteSettings.parse({ name: 'S' }) }),
    ).toEqual([]);
  });

  it('reopens a cart only for who has one', () => {
    const entry = { on: 'event', event: 'view_item' };
    expectOne(of(said(), { entry }), 'warning', `${AT}/url`, 'nothing in the cart');
    const audience = { rule: { '>=': [{ var: 'cart.quantity' }, 1] } };
    expect(of(said(), { entry, audience })).toEqual([]);
    const button = { type: 'button', text: 'Go', action: 'url', href: '{{ cart.restore_url }}' };
    expectOne(
      check([popup({ blocks: [{ type: 'heading', text: 'Hi' }, button] }), HOUR, push()]),
      'warning',
      '/steps/0/variants/0/content/en',
      'has the cart at hand',
    );
  });

  it('is worded in the languages of the site, as a popup is', () => {
    const variants = [
      { key: 'a', content: { en: said(), de: said() } },
      { key: 'b', content: { en: said() } },
    ];
    expectOne(
      check([HOUR, push(said(), 'p', { variants })]),
      'warning',
      '/steps/1/variants/1/content',
      'no text in "de"',
    );
    expectOne(
      check([HOUR, push(said(), 'p', { fallbackLocale: 'fr' })]),
      'error',
      '/steps/1/fallbackLocale',
      'No variant has a text in "fr"',
    );
  });

  it('has its pictures looked up', () => {
    const draft = draftOf([HOUR, push(said({ icon: PICTURE, image: 'https://shop.example/a.png' }))]);
    expect(namedBy(draft).pictures).toEqual([PICTURE]);
  });
});
