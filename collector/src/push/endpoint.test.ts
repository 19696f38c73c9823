import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import type { Env } from '../env.ts';
import { health } from '../health.ts';
import { pushService, testOriginFaults, testOrigins } from './endpoint.ts';

describe('an endpoint that a page hands in', () => {
  it.each([
    'https://fcm.googleapis.com/fcm/send/cT1:APA91b-x_y',
    'https://fcm.googleapis.com/wp/abc',
    'https://jmt17.google.com/fcm/send/abc',
    'https://updates.push.services.mozilla.com/wpush/v2/gAAAAAB',
    'https://web.push.apple.com/QGuQyavXutnMH',
    'https://api.push.apple.com/3/device/x',
    'https://wns2-par02p.notify.windows.com/w/?token=BQYAAAD%2fx%3d%3d',
  ])('is called when it is %s', (endpoint) => {
    expect(pushService(endpoint, [])?.href).toBe(endpoint);
  });

  it.each([
    'http://fcm.googleapis.com/x',
    'https://fcm.googleapis.com.evil.test/',
    'https://evil.test/fcm.googleapis.com',
    'https://evil.test/#.notify.windows.com',
    'https://evil.test/?x=.push.apple.com',
    'https://evilfcm.googleapis.com/',
    'https://evilpush.apple.com/x',
    'https://a.b.push.apple.com/x',
    'https://.push.apple.com/x',
    'https://push.apple.com/x',
    'https://notify.windows.com/x',
    'https://a.b.notify.windows.com/x',
    'https://fcm.googleapis.com:8443/x',
    'https://fcm.googleapis.com:443/x',
    'https://fcm.googleapis.com./x',
    'https://u:p@fcm.googleapis.com/x',
    'https://fcm.googleapis.com@evil.test/x',
    'https://fcm.googleapis.com\\@evil.test/x',
    'https://fcm.googleapis.com%2f@evil.test/x',
    'https://fcm.googleapis.com/x#y',
    'https://fcm.googleapis.com/x#',
    'https://FCM.googleapis.com/x',
    'https:fcm.googleapis.com/x',
    'https:///fcm.googleapis.com/x',
    ' https://fcm.googleapis.com/x',
    'https://fcm.goo\tgleapis.com/x',
    'https://fcm\u3002googleapis\uff0ecom/x',
    'https://\uff46cm.googleapis.com/x',
    'https://fcm.g\u043e\u043egleapis.com/x',
    'https://w\u00adns.notify.windows.com/x',
    'https://android.googleapis.com/gcm/send/x',
    'https://127.0.0.1/x',
    'https://2130706433/x',
    'https://0x7f.1/x',
    'https://[::1]/x',
    'https://[::ffff:127.0.0.1]/x',
    'https://169.254.169.254/latest/meta-data/',
    'https://10.0.0.1/',
    'https://localhost/x',
    'http://localhost:9000/x',
    'file:///etc/passwd',
    'data:text/plain,fcm.googleapis.com',
    'blob:https://fcm.googleapis.com/x',
    'wss://fcm.googleapis.com/x',
    '//fcm.googleapis.com/x',
    'nope',
    '',
    `https://fcm.googleapis.com/${'a'.repeat(2_048)}`,
  ])('is not called when it is %j', (endpoint) => {
    expect(pushService(endpoint, [])).toBeNull();
  });

  it('may be a test service that is named, and no other port or host', () => {
    const origins = ['http://127.0.0.1:9000'];
    expect(pushService('http://127.0.0.1:9000/push/1', origins)?.pathname).toBe('/push/1');
    for (const other of ['http://127.0.0.1:9001/', 'https://127.0.0.1:9000/', 'http://localhost:9000/']) {
      expect(pushService(other, origins), other).toBeNull();
    }
    expect(pushService('http://u@127.0.0.1:9000/push/1', origins)).toBeNull();
  });
});

describe('PUSH_TEST_ORIGINS', () => {
  const named = 'http://127.0.0.1:9000, http://localhost:9001,http://[::1]:9002,https://push.test';

  it('names the services of tests, of which those on plain http are on this machine', () => {
    expect(testOrigins({ PUSH_TEST_ORIGINS: named })).toEqual([
      'http://127.0.0.1:9000',
      'http://localhost:9001',
      'http://[::1]:9002',
      'https://push.test',
    ]);
    expect(testOriginFaults({ PUSH_TEST_ORIGINS: named })).toEqual([]);
    expect(testOrigins({})).toEqual([]);
  });

  it('opens nothing in production, and says that it is set there', () => {
    const production = { PUSH_TEST_ORIGINS: named, EVENTS: {} as NonNullable<Env['EVENTS']> };
    expect(testOrigins(production)).toEqual([]);
    expect(testOriginFaults(production)).toEqual([expect.stringContaining('ignored in production')]);
    expect(testOriginFaults({ EVENTS: production.EVENTS })).toEqual([]);
  });

  it('is on /healthz for as long as it is wrong', async () => {
    const alerts = async (PUSH_TEST_ORIGINS: string, more = {}) =>
      (await health({ ...env, PUSH_TEST_ORIGINS, ...more })).alerts.filter(({ site }) => site === '*');
    const wrong = {
      site: '*',
      since: expect.any(String),
      what: expect.stringContaining('PUSH_TEST_ORIGINS'),
    };
    expect(await alerts('http://127.0.0.1:9000', { EVENTS: {} })).toEqual([wrong]);
    expect(await alerts('http://10.0.0.1')).toEqual([wrong]);
    expect(await alerts('http://127.0.0.1:9000')).toEqual([]);
  });

  it.each([
    'http://10.0.0.1:9000',
    'http://127.0.0.1.evil.test',
    'http://push.test',
    'http://127.0.0.1:9000/push',
    'ftp://localhost',
    'localhost:9000',
    '*',
  ])('does not open %s, and says so', (origin) => {
    expect(testOrigins({ PUSH_TEST_ORIGINS: origin })).toEqual([]);
    expect(testOriginFaults({ PUSH_TEST_ORIGINS: origin })).toEqual([expect.stringContaining(origin)]);
  });
});
