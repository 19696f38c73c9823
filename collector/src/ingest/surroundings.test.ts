import { describe, expect, it } from 'vitest';
import { deviceOf, locationOf, surroundingsOf } from './surroundings.ts';

describe('a report by device knows', () => {
  it.each([
    [
      'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/137.0.0.0 Mobile Safari/537.36',
      { type: 'mobile', os: 'Android', browser: 'Chrome' },
    ],
    [
      'Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1',
      { type: 'tablet', os: 'iOS', browser: 'Safari' },
    ],
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/137.0.0.0 Safari/537.36 Edg/137.0.0.0',
      { type: 'desktop', os: 'Windows', browser: 'Microsoft Edge' },
    ],
    [
      'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0',
      { type: 'desktop', os: 'Linux', browser: 'Firefox' },
    ],
  ])('%s', (userAgent, device) => {
    expect(deviceOf(userAgent)).toEqual(device);
  });

  it('nothing of a browser that says nothing', () => {
    expect(deviceOf('')).toBeNull();
    expect(deviceOf('?')).toBeNull();
  });
});

describe('a report by country', () => {
  it('has what Cloudflare knows, and no more', () => {
    const cf = {
      country: 'DE',
      region: 'Berlin',
      city: 'Berlin',
      timezone: 'Europe/Berlin',
      postalCode: '1',
      asn: 1,
    };
    expect(locationOf(cf as never)).toEqual({
      country: 'DE',
      region: 'Berlin',
      city: 'Berlin',
      timezone: 'Europe/Berlin',
    });
  });

  it('does not believe what a development server makes up', () => {
    const request = new Request('https://c.example', { cf: { country: 'US', city: 'Austin' } as never });
    expect(surroundingsOf(request).context).toEqual({});
    const real = new Request(request, { headers: { 'CF-Ray': '8a1b2c3d4e5f6071-DFW' } });
    expect(surroundingsOf(real).context).toEqual({ location: { country: 'US', city: 'Austin' } });
  });

  it('takes neither Tor nor the unknown for a country', () => {
    for (const country of ['T1', 'XX', undefined]) expect(locationOf({ country } as never)).toBeNull();
    expect(locationOf(undefined)).toBeNull();
  });
});

it('crawlers are known by their name, people are not taken for them', () => {
  const from = (userAgent: string) =>
    surroundingsOf(new Request('https://c.example', { headers: { 'User-Agent': userAgent } })).bot;
  expect(from('Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)')).toBe(true);
  expect(
    from('Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/137.0.0.0 Safari/537.36'),
  ).toBe(true);
  expect(from('Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0')).toBe(false);
});
