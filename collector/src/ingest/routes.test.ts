import { describe, expect, it } from 'vitest';
import { eventsOf, makeSite, post, profileOf, track } from '../../../test/support/workerd/collector.ts';

async function gzip(text: string): Promise<ArrayBuffer> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'));
  return new Response(stream).arrayBuffer();
}

describe("Segment's client libraries work unchanged", () => {
  it.each([
    ['/v1/track', { event: 'x' }, { type: 'track', event: 'x' }],
    ['/v1/t', { event: 'x' }, { type: 'track', event: 'x' }],
    ['/v1/page', { name: 'Home' }, { type: 'page', event: 'page_view', properties: { name: 'Home' } }],
    ['/v1/p', {}, { type: 'page', event: 'page_view' }],
    ['/v1/screen', { name: 'Home' }, { type: 'screen', event: 'screen_view', properties: { name: 'Home' } }],
    ['/v1/s', {}, { type: 'screen' }],
    ['/v1/identify', { traits: { a: 1 } }, { type: 'identify', traits: { a: 1 } }],
    ['/v1/i', {}, { type: 'identify' }],
    ['/v1/group', { groupId: 'g' }, { type: 'group', groupId: 'g' }],
    ['/v1/g', { groupId: 'g' }, { type: 'group', groupId: 'g' }],
    ['/v1/alias', { userId: 'u', previousId: 'p' }, { type: 'alias', userId: 'u', previousId: 'p' }],
    ['/v1/alias', { userId: 'u' }, { type: 'alias', userId: 'u', previousId: 'v' }],
    ['/v1/a', { userId: 'u', previousId: 'p' }, { type: 'alias', previousId: 'p' }],
  ])('on %s, with the key as Basic user', async (path, body, stored) => {
    const site = await makeSite();
    const Authorization = `Basic ${btoa(`${site.browserKey}:`)}`;
    const response = await post(site, path, { messageId: 'm', anonymousId: 'v', ...body }, { Authorization });
    expect(await response.json()).toMatchObject({ success: true, rejected: [] });
    expect(await eventsOf(site)).toMatchObject([{ messageId: 'm', anonymousId: 'v', ...stored }]);
  });

  it('with the key in the body, and a fault named', async () => {
    const site = await makeSite();
    const response = await post(site, '/v1/track', { writeKey: site.browserKey, anonymousId: 'v' });
    expect(await response.json()).toMatchObject({ rejected: [{ index: 0, code: 'invalid' }] });
  });
});

describe('a compressed body', () => {
  it('is read', async () => {
    const site = await makeSite();
    const body = await gzip(JSON.stringify({ writeKey: site.browserKey, batch: [track('v')] }));
    const response = await post(site, '/v1/batch', body, { 'Content-Encoding': 'gzip' });
    expect(response.status).toBe(200);
    expect(await profileOf(site, 'v')).not.toBeNull();
  });

  it('that is none, or unpacks beyond the limit, is refused', async () => {
    const site = await makeSite();
    expect((await post(site, '/v1/batch', 'not gzip', { 'Content-Encoding': 'gzip' })).status).toBe(400);
    const bomb = await gzip(`{"a":"${'0'.repeat(20_000_000)}"}`);
    expect((await post(site, '/v1/batch', bomb, { 'Content-Encoding': 'gzip' })).status).toBe(413);
  });
});
