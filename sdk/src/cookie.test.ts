import { afterEach, expect, test, vi } from 'vitest';
import { ID_COOKIE, readCookie, writeCookie } from './cookie.ts';

/** A browser's cookie jar on `hostname`, where no cookie may be set for the suffixes in `refused`. */
function jar(hostname: string, refused: string[], protocol = 'https:') {
  const writes: string[] = [];
  let value = '';
  vi.stubGlobal('location', { hostname, protocol });
  vi.spyOn(document, 'cookie', 'get').mockImplementation(() => value);
  vi.spyOn(document, 'cookie', 'set').mockImplementation((cookie) => {
    writes.push(cookie);
    const domain = /Domain=([^;]*)/.exec(cookie)?.[1];
    if (!domain || !refused.includes(domain)) value = `other=1; ${cookie.split(';')[0]}`;
  });
  return writes;
}
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const ID = '01a201a7-589b-7000-9384-2094a14bd582';

test('a visitor of www. and shop. is one visitor: the cookie is on the registrable domain', () => {
  const writes = jar('www.shop.example.co.uk', ['co.uk']);
  writeCookie(ID_COOKIE, ID);
  expect(writes.at(-1)).toContain('; Domain=example.co.uk');
  expect(writes).toHaveLength(2);
  expect(readCookie(ID_COOKIE)).toBe(ID);
});

test('the cookie lasts 13 months and never travels over http from an https page', () => {
  const writes = jar('example.com', []);
  writeCookie(ID_COOKIE, ID);
  expect(writes[0]).toBe(
    `beckon_id=${ID}; Path=/; Max-Age=34214400; SameSite=Lax; Domain=example.com; Secure`,
  );
});

test.each(['localhost', '127.0.0.1'])('on %s the cookie belongs to the host', (hostname) => {
  const writes = jar(hostname, ['0.1', '0.0.1', '127.0.0.1'], 'http:');
  writeCookie(ID_COOKIE, ID);
  expect(writes.at(-1)).toBe(`beckon_id=${ID}; Path=/; Max-Age=34214400; SameSite=Lax`);
  expect(readCookie(ID_COOKIE)).toBe(ID);
});

test('a page without cookies, such as a sandboxed frame, works on', () => {
  const fail = () => {
    throw new DOMException('sandboxed', 'SecurityError');
  };
  vi.spyOn(document, 'cookie', 'get').mockImplementation(fail);
  vi.spyOn(document, 'cookie', 'set').mockImplementation(fail);
  expect(() => writeCookie(ID_COOKIE, ID)).not.toThrow();
  expect(readCookie(ID_COOKIE)).toBeUndefined();
});
