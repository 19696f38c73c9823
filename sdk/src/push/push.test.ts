import { expect, test } from 'vitest';
import { isNews, refused, whyQuiet } from './asking.ts';
import { chooseClient, targetOf } from './click.ts';
import { notificationOf } from './notification.ts';
import { reportOf } from './report.ts';
import { planSync } from './sync-plan.ts';
import { givingWay } from './take-over.ts';

const DAY = 86_400_000;
const NOW = Date.parse('2026-11-22T12:00:00Z');

test('who has said "not now" is left alone for 3, then 7, then 30 days', () => {
  let known = refused({}, NOW);
  expect(whyQuiet(known, 'default', NOW + 3 * DAY - 1)).toBe('later');
  expect(whyQuiet(known, 'default', NOW + 3 * DAY)).toBeNull();
  const quiet = [2, 3, 4].map(() => {
    known = refused(known, NOW);
    return ((known.quietUntil ?? 0) - NOW) / DAY;
  });
  expect(quiet).toEqual([7, 30, 30]);
});

test('who has denied it in the browser is never asked again', () => {
  expect(whyQuiet({}, 'denied', NOW + 1_000 * DAY)).toBe('denied');
});

test('a browser without a push service counts as one without push until it is tried again', () => {
  expect(whyQuiet({ brokenUntil: NOW + 1 }, 'granted', NOW)).toBe('unsupported');
  expect(whyQuiet({ brokenUntil: NOW }, 'granted', NOW)).toBeNull();
});

test('a site hears of a fault once a day, and of another one at once', () => {
  const told = { told: { reason: 'worker_type', at: NOW } };
  expect(isNews(told, 'worker_type', NOW + DAY - 1)).toBe(false);
  expect(isNews(told, 'worker_type', NOW + DAY)).toBe(true);
  expect(isNews(told, 'worker_status', NOW + 1)).toBe(true);
});

const SUBSCRIPTION = { endpoint: 'https://push.example/1', key: 'key' };
const SENT = { ...SUBSCRIPTION, anonymousId: 'v', at: NOW };
const FOUND = {
  permission: 'granted' as const,
  key: 'key',
  subscription: SUBSCRIPTION,
  anonymousId: 'v',
  takesOver: false,
};

test.each([
  ['what is known is not told again', { sent: SENT }, {}, 0, 'nothing'],
  ['a week later it is a sign of life', { sent: SENT }, {}, 7 * DAY, 'put'],
  ['another visitor of the browser has it', { sent: SENT }, { anonymousId: 'w' }, 0, 'put'],
  [
    'the browser has changed the endpoint',
    { sent: SENT },
    { subscription: { ...SUBSCRIPTION, endpoint: 'https://push.example/2' } },
    0,
    'put',
  ],
  ['the site has a new key', { sent: SENT }, { key: 'new' }, 0, 'renew'],
  ['the browser has lost the subscription', { sent: SENT }, { subscription: null }, 0, 'renew'],
  ['the permission was taken away', { sent: SENT }, { permission: 'denied' as const }, 0, 'end'],
  ['the visitor has switched it off', { sent: SENT, off: true }, { subscription: null }, 0, 'nothing'],
  ['permission was given to somebody else', {}, { subscription: null }, 0, 'nothing'],
  [
    'permission was given to the tool that is replaced',
    {},
    { subscription: null, takesOver: true },
    0,
    'renew',
  ],
  ["another tool's subscription in a shared worker stays", {}, { key: 'new' }, 0, 'nothing'],
] as const)('a visit: %s', (_, kept, found, later, plan) => {
  expect(planSync(kept, { ...FOUND, ...found }, NOW + later)).toBe(plan);
});

test('a replaced tool gives way at our folder and where it is named; the shop keeps its own worker', () => {
  const at = (scope: string, script: string) => ({
    scope: `https://shop.example${scope}`,
    script: `https://shop.example${script}`,
  });
  const ours = at('/push/beckon/', '/push/beckon/sw.js');
  const foreign = at('/push/beckon/', '/push/beckon/other.js');
  const named = at('/', '/OldTool.js?appId=1');
  const shop = at('/', '/workbox.js');
  const all = [ours, foreign, named, shop];
  expect(givingWay(all, ours.script, 'https://shop.example/OldTool.js')).toEqual([foreign, named]);
  expect(givingWay(all, ours.script, undefined)).toEqual([foreign]);
});

const ID = 'nudge@2.a.push-1.0123456789abcdefghijkl';
const PAYLOAD = {
  web_push: 8030,
  notification: {
    title: 'Your cart',
    navigate: 'https://shop.example/cart?beckon_push=1',
    tag: 'cart',
    actions: [{ action: 'open', title: 'Open', navigate: 'https://shop.example/a' }],
    data: { beckon: 1, id: ID, visitor: 'v' },
  },
};

test('a push shows what it says, and keeps where its clicks lead', () => {
  const [title, options] = notificationOf(JSON.stringify(PAYLOAD), 'shop.example', false) ?? [];
  expect(title).toBe('Your cart');
  expect(options).toMatchObject({
    tag: 'cart',
    renotify: true,
    actions: [{ action: 'open', title: 'Open' }],
    data: {
      id: ID,
      visitor: 'v',
      urls: { '': PAYLOAD.notification.navigate, open: 'https://shop.example/a' },
    },
  });
});

test('a push of another tool is left to it, even in a folder of ours', () => {
  const foreign = JSON.stringify({ title: 'Not ours', notification: { title: 'x' } });
  expect(notificationOf(foreign, 'shop.example', false)).toBeUndefined();
  expect(notificationOf(foreign, 'shop.example', true)).toBeUndefined();
});

test('a push that cannot be read is news of the shop; in a shared worker only if it began as ours', () => {
  const broken = JSON.stringify(PAYLOAD).slice(0, 40);
  expect(notificationOf(broken, 'shop.example', false)).toMatchObject([
    'shop.example',
    { body: 'News', renotify: false },
  ]);
  expect(notificationOf('', 'shop.example', true)?.[0]).toBe('shop.example');
  expect(notificationOf('', 'shop.example', false)).toBeUndefined();
});

test('a click goes to the tab that shows the page, else to any of the site, never into a frame', () => {
  const frame = { url: 'https://shop.example/cart', frameType: 'nested' };
  const home = { url: 'https://shop.example/', frameType: 'top-level' };
  const cart = { url: 'https://shop.example/cart#top', frameType: 'top-level' };
  const target = 'https://shop.example/cart?beckon_push=x';
  expect(chooseClient([frame, home, cart], target)).toEqual({ client: cart, isThere: true });
  expect(chooseClient([frame, home], target)).toEqual({ client: home, isThere: false });
  expect(chooseClient([frame], target)).toBeUndefined();
  // The cart of the link is not there yet.
  expect(chooseClient([cart], `${target}&beckon_cart=t`)?.isThere).toBe(false);
});

test('a click leads to no other origin', () => {
  expect(targetOf('/sale', 'https://shop.example')).toBe('https://shop.example/sale');
  for (const url of ['https://evil.example/', 'javascript:alert(1)', '//evil.example', 'http://[', undefined])
    expect(targetOf(url, 'https://shop.example')).toBe('https://shop.example/');
});

test('what became of a push counts once, whoever tells it', () => {
  expect(reportOf(ID, 'clicked', 'open')).toEqual({
    type: 'track',
    event: 'push_clicked',
    messageId: `${ID}/clicked`,
    properties: { delivery_id: ID, campaign: 'nudge@2', variant: 'a', step: 'push-1', action: 'open' },
  });
  expect(reportOf('nonsense', 'clicked')).toBeUndefined();
});
