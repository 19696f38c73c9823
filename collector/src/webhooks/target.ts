/** Names that stand for machines beside the collector, or for none: RFC 6761, RFC 6762, RFC 8375, RFC 9476. */
const PRIVATE =
  /(^|\.)(localhost|localdomain|local|internal|intranet|private|corp|home|lan|arpa|test|invalid|onion|alt)$/;
const MAX_LENGTH = 8_192;

/**
 * Why a webhook must not be sent to an address; `null`: it may. Whoever writes campaigns could otherwise make the
 * collector ask machines that only it can reach.
 *
 * @param address what templates made of it
 * @param extraOrigins of tests: `testOrigins` of push/endpoint.ts
 */
export function targetFault(address: string, extraOrigins: readonly string[]): string | null {
  if (address.length > MAX_LENGTH) return `the address has more than ${MAX_LENGTH} characters`;
  if (!URL.canParse(address)) return 'the address is none';
  const url = new URL(address);
  if (url.username || url.password) return 'the address holds a user name or password; send it in a header';
  if (extraOrigins.includes(url.origin)) return null;
  if (url.protocol !== 'https:') return 'the address must begin with https://';
  if (url.port !== '') return `port ${url.port} is not asked, only 443`;
  // The parser has brought every spelling of an IPv4 address (decimal, octal, hexadecimal, short) into this one.
  const host = url.hostname.replace(/\.+$/, '');
  if (host.startsWith('[') || /^[\d.]+$/.test(host)) return 'the host must be a name, not an IP address';
  if (!host.includes('.') || PRIVATE.test(host))
    return `${host || 'the host'} is not a name of the public internet`;
  return null;
}
