import { createECDH, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import ece from 'http_ece';

/** A browser, as a push service knows it. */
interface Browser {
  keys: ReturnType<typeof createECDH>;
  auth: Buffer;
  bodies: Buffer[];
}

export interface PushCounter {
  origin: string;
  /** A browser's `PushSubscription` as JSON. */
  subscription(): object;
  /** Browsers that were sent something, and all requests. */
  reached(): number;
  requests(): number;
  /** Of browsers that were sent something more than once: how often that was another message, not the same again. */
  others(): number;
  close(): Promise<void>;
}

/** A push service that takes everything, and knows by the keys of its browsers what they were sent. */
export async function countPushes(): Promise<PushCounter> {
  const browsers = new Map<string, Browser>();
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.once('end', () => {
      const browser = browsers.get(request.url ?? '');
      browser?.bodies.push(Buffer.concat(parts));
      response.writeHead(browser ? 201 : 404).end();
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const all = () => [...browsers.values()];
  const idOf = ({ keys, auth }: Browser, body: Buffer): string => {
    const plain = ece.decrypt(body, { version: 'aes128gcm', privateKey: keys, authSecret: auth });
    return JSON.parse(plain.toString()).notification.data.id;
  };
  return {
    origin,
    subscription() {
      const keys = createECDH('prime256v1');
      const p256dh = keys.generateKeys('base64url');
      const auth = randomBytes(16);
      const path = `/push/${browsers.size}`;
      browsers.set(path, { keys, auth, bodies: [] });
      return { endpoint: `${origin}${path}`, keys: { p256dh, auth: auth.toString('base64url') } };
    },
    reached: () => all().filter(({ bodies }) => bodies.length > 0).length,
    requests: () => all().reduce((sum, { bodies }) => sum + bodies.length, 0),
    others: () =>
      all()
        .filter(({ bodies }) => bodies.length > 1)
        .reduce((sum, one) => sum + new Set(one.bodies.map((body) => idOf(one, body))).size - 1, 0),
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
