import { describe, expect, it } from 'vitest';
import { targetFault } from './target.ts';

describe('a webhook asks', () => {
  it.each([
    'https://api.telegram.org/bot1:a/sendMessage',
    'https://hooks.shop.example:443/x?y=1',
    'https://1.2.3.4.example/',
    'https://münchen.example/',
  ])('%s', (address) => {
    expect(targetFault(address, [])).toBeNull();
  });

  it('a machine of a test, where the collector was told so', () => {
    const extra = ['http://127.0.0.1:9000'];
    expect(targetFault('http://127.0.0.1:9000/hook', extra)).toBeNull();
    expect(targetFault('http://127.0.0.1:9001/hook', extra)).not.toBeNull();
    expect(targetFault('http://u:p@127.0.0.1:9000/hook', extra)).not.toBeNull();
  });
});

describe('a webhook never asks', () => {
  it.each([
    ['no https', 'http://api.example.com/'],
    ['another scheme', 'file:///etc/passwd'],
    ['another port', 'https://api.example.com:8443/'],
    ['a port of a database', 'https://api.example.com:6379/'],
    ['loopback', 'https://127.0.0.1/'],
    ['loopback, decimal', 'https://2130706433/'],
    ['loopback, hexadecimal', 'https://0x7f000001/'],
    ['loopback, octal', 'https://0177.0.0.1/'],
    ['loopback, short', 'https://127.1/'],
    ['loopback, in full width', 'https://１２７.0.0.1/'],
    ['loopback, with a dot at the end', 'https://127.0.0.1./'],
    ['everything', 'https://0/'],
    ['a private range', 'https://10.0.0.1/'],
    ['metadata of a cloud', 'https://169.254.169.254/latest/meta-data/'],
    ['a public address', 'https://8.8.8.8/'],
    ['IPv6', 'https://[::1]/'],
    ['IPv4 as IPv6', 'https://[::ffff:127.0.0.1]/'],
    ['IPv4 as IPv6, hexadecimal', 'https://[::ffff:7f00:1]/'],
    ['NAT64', 'https://[64:ff9b::7f00:1]/'],
    ['localhost', 'https://localhost/'],
    ['localhost, with a dot at the end', 'https://localhost./'],
    ['localhost, in capitals', 'https://LOCALHOST/'],
    ['beneath localhost', 'https://api.localhost/'],
    ['.local', 'https://printer.local/'],
    ['.internal', 'https://metadata.google.internal/'],
    ['home.arpa', 'https://router.home.arpa/'],
    ['a single label', 'https://intranet/'],
    ['a user name', 'https://user@api.example.com/'],
    ['a password', 'https://user:secret@api.example.com/'],
    ['a host that is behind a user name', 'https://api.example.com@127.0.0.1/'],
    ['nothing', ''],
    ['no address', '//api.example.com'],
    ['far too much', `https://api.example.com/${'x'.repeat(9_000)}`],
  ])('%s', (_, address) => {
    expect(targetFault(address, [])).toEqual(expect.any(String));
  });
});
