import { describe, expect, it } from 'vitest';
import type { ArmedMessage, BatchAnswer } from '../../../sdk/src/message.ts';
import { api, makeSite, post, type TestSite, track } from '../../../test/support/workerd/collector.ts';
import { claimPopup, NO_LIMITS, popup, publish } from '../../../test/support/workerd/popups.ts';
import { isSearchArrival } from './search-arrival.ts';

const PHONE =
  'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile Safari/537.36';
const TABLET =
  'Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1';
const DESKTOP =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36';
const GOOGLE = 'https://www.google.co.uk/';
const heading = { type: 'heading', text: 'Hi' };

function shown(kind: string, triggers: object[] = [{ on: 'load' }]) {
  const more = {
    inline: { slot: 'hero' },
    launcher: { launcher: { text: 'Help' } },
  }[kind];
  const content = { en: { kind, blocks: [heading], ...more } };
  const variants = [{ key: 'a', content }];
  return popup(kind, { steps: [{ id: 'm', type: 'message', channel: 'popup', triggers, variants }] });
}

async function siteWith(...drafts: { id: string }[]): Promise<TestSite> {
  const site = await makeSite(NO_LIMITS);
  for (const draft of drafts) await publish(site, 'campaigns', draft);
  return site;
}

/** Opens a page; the first one of a session says where its visitor came from. */
async function open(
  site: TestSite,
  agent: string,
  referrer: string | null,
  path = '/',
): Promise<ArmedMessage[]> {
  const page = { url: `https://shop.example${path}`, path, ...(referrer ? { referrer } : {}) };
  const body = { writeKey: site.browserKey, batch: [track('v', 'page_view', { context: { page } })] };
  const response = await post(site, '/v1/batch', body, { 'User-Agent': agent });
  return ((await response.json()) as BatchAnswer).messages;
}
const kinds = (messages: ArmedMessage[]) => messages.map(({ kind }) => kind);

describe('a phone that a search has sent', () => {
  it('gets no modal on the first page, is told why, and gets it on the second', async () => {
    const site = await siteWith(shown('modal'));
    expect(await open(site, PHONE, GOOGLE)).toEqual([]);
    const asked = await api('GET', `/api/sites/${site.id}/profiles/anonymous:v/explain?campaign=modal`);
    const { gate, reason, trace } = (await asked.json()) as Record<string, never>;
    expect({ gate, reason }).toEqual({ gate: 'suppression', reason: 'search_arrival' });
    expect(trace).toMatchObject({
      gates: expect.arrayContaining([
        { gate: 'suppression', open: false, reason: 'search_arrival', seen: 'www.google.co.uk' },
      ]),
    });
    const [armed] = await open(site, PHONE, 'https://shop.example/', '/shoes');
    expect(armed).toMatchObject({ campaign: 'modal@1', kind: 'modal' });
    expect(await claimPopup(site, armed, 'v')).toMatchObject({ show: true });
  });

  it.each(['slide-in', 'bar', 'inline', 'launcher'])('finds a %s there', async (kind) => {
    const site = await siteWith(shown(kind));
    const [armed] = await open(site, PHONE, GOOGLE);
    expect(armed).toMatchObject({ kind });
    expect(await claimPopup(site, armed, 'v')).toMatchObject({ show: true });
  });

  it('leaves the stage to what does not cover the page, also where a modal is more important', async () => {
    const site = await siteWith({ ...shown('modal'), priority: 900 } as { id: string }, shown('slide-in'));
    expect(kinds(await open(site, PHONE, GOOGLE))).toEqual(['slide-in']);
  });

  it('gets a modal that it has asked for by a click', async () => {
    const click = { on: 'click', selector: '#sizes' };
    const site = await siteWith(shown('modal', [click]));
    expect(kinds(await open(site, PHONE, GOOGLE))).toEqual(['modal']);
    const either = await siteWith(shown('modal', [click, { on: 'load' }]));
    expect(await open(either, PHONE, GOOGLE)).toEqual([]);
  });
});

it.each([
  ['a computer that a search has sent', DESKTOP, GOOGLE],
  ['a tablet that a search has sent', TABLET, GOOGLE],
  ['a phone that came by itself', PHONE, null],
  ['a phone that another site has sent', PHONE, 'https://blog.example/google'],
  ['a phone that came from its mail', PHONE, 'https://mail.google.com/'],
])('%s gets a modal on the first page', async (_, agent, referrer) => {
  const site = await siteWith(shown('modal'));
  expect(kinds(await open(site, agent, referrer))).toEqual(['modal']);
});

it.each([
  ['www.google.com', 'mobile', 1080, true],
  ['com.google.android.googlequicksearchbox', 'mobile', 393, true],
  ['de.search.yahoo.com', 'mobile', 393, true],
  ['duckduckgo.com', null, 393, true],
  ['duckduckgo.com', null, 1080, false],
  ['duckduckgo.com', null, null, false],
  ['www.bing.com', 'desktop', 393, false],
  ['google.shop.example', 'mobile', 393, false],
])('from %s to a %s of %s px', (referrerHost, type, screenWidth, expected) => {
  const at = (pageViews: number) =>
    isSearchArrival({ session: { referrerHost, pageViews }, device: { type, screenWidth } } as Parameters<
      typeof isSearchArrival
    >[0]);
  expect(at(1)).toBe(expected);
  expect(at(2)).toBe(false);
});
