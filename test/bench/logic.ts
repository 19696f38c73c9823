import { LogicEngine } from 'json-logic-engine';
import { compile, compileAudience } from '../../collector/src/campaigns/logic.ts';
import type { Json } from '../../sdk/src/message.ts';

/** An audience with six conditions, of which one goes through the cart. */
function audience(minimum: number): Json {
  return {
    and: [
      { in: [{ var: 'visitor.country' }, ['DE', 'AT', 'CH', 'NL']] },
      { '!==': [{ var: 'visitor.traits.plan' }, 'gold'] },
      { '>=': [{ var: 'visitor.orders' }, 1] },
      { '>=': [{ var: 'cart.value' }, minimum] },
      {
        some: [
          { var: 'cart.items' },
          { and: [{ '===': [{ var: 'category' }, 'shoes'] }, { '>=': [{ var: 'price' }, 20] }] },
        ],
      },
      { or: [{ '>': [{ var: 'session.pageViews' }, 3] }, { '===': [{ var: 'session.channel' }, 'email'] }] },
    ],
  };
}

interface Profile {
  visitor: { country: string; orders: number; traits: { plan: string } };
  session: { pageViews: number; channel: string };
  cart: { value: number; items: { category: string; price: number }[] };
}

/** The same audience as a programmer would write it: what no rule can be faster than. */
const byHand = (minimum: number) => {
  const countries = ['DE', 'AT', 'CH', 'NL'];
  return ({ visitor, session, cart }: Profile) =>
    countries.includes(visitor.country) &&
    visitor.traits.plan !== 'gold' &&
    visitor.orders >= 1 &&
    cart.value >= minimum &&
    cart.items.some(({ category, price }) => category === 'shoes' && price >= 20) &&
    (session.pageViews > 3 || session.channel === 'email');
};

function profiles(count: number): Profile[] {
  const pick = (seed: number, from: readonly string[]) => from[(seed * 7919) % from.length] as string;
  return Array.from({ length: count }, (_, n) => ({
    visitor: {
      country: pick(n, ['DE', 'AT', 'CH', 'NL', 'US', 'FR', 'GB']),
      orders: n % 3,
      traits: { plan: pick(n, ['free', 'gold', 'silver', 'free', 'free']) },
    },
    session: { pageViews: n % 9, channel: pick(n, ['email', 'search', 'social']) },
    cart: {
      value: (n * 13) % 120,
      items: Array.from({ length: n % 5 }, (_, item) => ({
        category: pick(n + item, ['shoes', 'hats', 'bags', 'coats']),
        price: ((n + item) * 17) % 90,
      })),
    },
  }));
}

type Test = (profile: Profile) => unknown;

/** Prints, in one run, what one evaluation costs here, by hand and with json-logic-engine. */
export async function logic(): Promise<string> {
  const visitors = profiles(256);
  const rule = audience(50);
  const engine = new LogicEngine();
  const contenders: Record<string, Test> = {
    'by hand': byHand(50),
    compile: compile(rule),
    compileAudience: compileAudience(rule),
    'json-logic-engine run': (profile) => engine.run(rule, profile),
  };
  const matching = visitors.filter(byHand(50));
  const mixed = measured(contenders, visitors);
  const all = measured(contenders, matching);
  const campaigns = fifty(visitors[0] as Profile);
  return [
    `Six conditions, 256 visitors (${matching.length} match), ns per evaluation; json-logic-engine = 1`,
    ...Object.keys(contenders).map((name) => {
      const ratio = (times: Record<string, number>) =>
        `${of(times, name).toFixed(0)} ns (${(of(times, 'json-logic-engine run') / of(times, name)).toFixed(1)}×)`;
      return `  ${name.padEnd(22)} all visitors ${ratio(mixed).padEnd(16)} those who match ${ratio(all)}`;
    }),
    '50 campaigns for one visitor',
    ...Object.keys(campaigns).map(
      (name) => `  ${name.padEnd(22)} ${(of(campaigns, name) / 1000).toFixed(2)} µs`,
    ),
  ].join('\n');
}

function fifty(visitor: Profile): Record<string, number> {
  const rules = Array.from({ length: 50 }, (_, n) => audience(n));
  const engine = new LogicEngine();
  const ours = rules.map((rule) => compileAudience(rule));
  const hand = rules.map((_, n) => byHand(n));
  const each: Record<string, Test> = {
    'by hand': (profile) => hand.map((test) => test(profile)),
    compileAudience: (profile) => ours.map((test) => test(profile)),
    'json-logic-engine run': (profile) => rules.map((rule) => engine.run(rule, profile)),
  };
  return measured(each, [visitor]);
}

/** The best of several rounds, in turns, so that what else the machine does hits everyone. In ns. */
function measured(contenders: Record<string, Test>, visitors: Profile[]): Record<string, number> {
  const best: Record<string, number> = {};
  const passes = Math.ceil(60_000 / visitors.length);
  for (let round = 0; round < 12; round++) {
    for (const [name, test] of Object.entries(contenders)) {
      const start = performance.now();
      for (let pass = 0; pass < passes; pass++) for (const visitor of visitors) test(visitor);
      const time = ((performance.now() - start) * 1e6) / (passes * visitors.length);
      best[name] = Math.min(best[name] ?? Number.POSITIVE_INFINITY, time);
    }
  }
  return best;
}

function of(times: Record<string, number>, name: string): number {
  return times[name] ?? Number.NaN;
}

if (import.meta.main) console.log(await logic());
