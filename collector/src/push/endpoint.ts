import type { Env } from '../env.ts';

/** Far more than any push service needs. */
const MAX_LENGTH = 2_048;

/** The push services that browsers use, by the whole name of the host. One label may stand before those with a dot. */
const SERVICES = [
  'fcm.googleapis.com',
  // Chromium without a release channel.
  'jmt17.google.com',
  'updates.push.services.mozilla.com',
  'web.push.apple.com',
];
const SERVICES_WITH_HOSTS = ['.push.apple.com', '.notify.windows.com'];
const LABEL = /^[a-z0-9-]{1,63}$/;

/**
 * The address of a push service, which we may call; `null`: it is none. Anybody can hand in any address as a
 * subscription, so only what browsers themselves are handed is called, and only as it is spelt by them.
 *
 * @param extraOrigins of test services: {@link testOrigins}
 */
export function pushService(endpoint: string, extraOrigins: readonly string[]): URL | null {
  if (endpoint.length > MAX_LENGTH || !URL.canParse(endpoint)) return null;
  const url = new URL(endpoint);
  // What a parser repairs (white space, other slashes, letters that look like dots) no browser has been given.
  if (url.href !== endpoint || url.username || url.password || endpoint.includes('#')) return null;
  if (extraOrigins.includes(url.origin)) return url;
  return url.protocol === 'https:' && url.port === '' && isService(url.hostname) ? url : null;
}

function isService(host: string): boolean {
  return (
    SERVICES.includes(host) ||
    SERVICES_WITH_HOSTS.some((parent) => host.endsWith(parent) && LABEL.test(host.slice(0, -parent.length)))
  );
}

type Tested = Pick<Env, 'PUSH_TEST_ORIGINS' | 'EVENTS'>;

/** The origins of push services of tests, from `PUSH_TEST_ORIGINS`; none in production. */
export function testOrigins(env: Tested): string[] {
  return env.EVENTS ? [] : named(env).filter((origin) => originFault(origin) === null);
}

/** What is wrong with `PUSH_TEST_ORIGINS`, as sentences for who runs the collector. */
export function testOriginFaults(env: Tested): string[] {
  const origins = named(env);
  if (env.EVENTS && origins.length > 0) {
    return [
      'PUSH_TEST_ORIGINS is set, which is for tests alone, and is ignored in production. Take it away.',
    ];
  }
  return origins.flatMap((origin) => originFault(origin) ?? []);
}

function named({ PUSH_TEST_ORIGINS = '' }: Tested): string[] {
  return PUSH_TEST_ORIGINS.split(',').flatMap((origin) => origin.trim() || []);
}

function originFault(origin: string): string | null {
  const url = URL.canParse(origin) ? new URL(origin) : null;
  const isAllowed =
    url?.origin === origin &&
    (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname)));
  return isAllowed
    ? null
    : `PUSH_TEST_ORIGINS names ${origin}, which is ignored: it must be an origin such as http://127.0.0.1:9000, with http on loopback alone.`;
}

/** Of a host as `URL` spells it. */
function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);
}
