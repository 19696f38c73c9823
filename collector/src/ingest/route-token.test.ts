import { describe, expect, it } from 'vitest';
import { readRouteToken, routeToken } from './route-token.ts';

const KEY = 'key';
const NOW = 1_800_000_000_000;
const ROUTE = { person: 'u:shop:mira', epoch: 7 };
const DAY_MS = 86_400_000;

const tokenOf = (anonymousId: string) => routeToken(anonymousId, ROUTE, null, NOW, KEY);
const read = (token: unknown, anonymousId: string, { site = 'shop', now = NOW } = {}) =>
  readRouteToken(token, site, anonymousId, now, KEY);

describe('a route token', () => {
  it('leads its own device to its person for a day', async () => {
    for (const anonymousId of ['phone', 'a|b', '|', '"]']) {
      const token = await tokenOf(anonymousId);
      expect(await read(token, anonymousId)).toEqual(ROUTE);
      expect(await read(token, anonymousId, { now: NOW + DAY_MS })).toBeNull();
    }
  });

  it('is worth nothing for another device, site or person', async () => {
    const token = await tokenOf('phone');
    expect(await read(token, 'laptop')).toBeNull();
    expect(await read(token, 'phone', { site: 'other' })).toBeNull();
    expect(await read(token.replace('mira', 'noor'), 'phone')).toBeNull();
    for (const junk of [null, 7, '', '|', '|||', 'x'.repeat(600)])
      expect(await read(junk, 'phone')).toBeNull();
  });

  it('of a device whose id has a | in it cannot be cut into one of another', async () => {
    const token = await tokenOf('a|phone');
    const cut = token.lastIndexOf('|');
    expect(await read(`${token.slice(0, cut)}|a${token.slice(cut)}`, 'phone')).toBeNull();
  });
});
