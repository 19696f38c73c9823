import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { selfSigned } from './certificate.ts';
import type { PushLink } from './link.ts';
import { fixed64, integer, readVarint, text, varint } from './protobuf.ts';
import type { PushMessage, PushService } from './push-service.ts';

/** What Chromium's endpoints begin with: Chrome's, and the staging host of builds without a release channel (Debian's). */
export const GOOGLE = ['https://fcm.googleapis.com', 'https://jmt17.google.com'];

export interface GcmLink extends PushLink {
  /** Command line of a Chromium that has a profile folder of its own; without one the certificate is not accepted. */
  args: string[];
}

/** Tags of the MCS protocol, of which this much is spoken here: google_apis/gcm/protocol/mcs.proto in Chromium. */
const TAG = { ping: 0, pingAnswer: 1, login: 2, loginAnswer: 3, message: 8 } as const;
const MCS_VERSION = 41;

/** Google's side of push, for one Chromium: checkin and registration over HTTP, messages over a TLS connection. */
export async function startGcm(service: PushService): Promise<GcmLink> {
  /** Tokens by the subtype under which a page's worker registers. */
  const tokens = new Map<string, string>();
  const { key, cert, spki } = selfSigned(Date.now());
  let connection: TLSSocket | null = null;
  let reachable = true;

  const web = createServer(async (request, response) => {
    const form = new URLSearchParams(await textOf(request));
    if (request.url === '/checkin') return response.end(checkin());
    if (request.url !== '/register') return response.writeHead(404).end();
    const app = form.get('app') ?? '';
    const subtype = form.get('X-subtype') ?? '';
    const sender = form.get('sender') ?? '';
    if (form.get('delete') === 'true') {
      service.unsubscribe(tokens.get(subtype) ?? '');
      return response.end(`token=${subtype || app}`);
    }
    const token = `${randomBytes(8).toString('base64url')}:${randomBytes(32).toString('base64url')}`;
    response.end(`token=${token}`);
    if (!subtype.startsWith('wp:')) return; // Chromium's own
    tokens.set(subtype, token);
    service.subscribe(token, {
      origins: GOOGLE,
      key: sender,
      deliver: (message) => {
        if (!connection || !reachable) return false;
        connection.write(framed(TAG.message, stanza({ app, subtype, sender }, message)));
        return true;
      },
    });
  });

  const mcs = createTlsServer({ key, cert }, (socket) => {
    let unread = Buffer.alloc(0);
    let greeted = false;
    socket.on('error', () => {});
    socket.on('close', () => {
      if (connection !== socket) return;
      connection = null;
      service.emit({ type: 'disconnected' });
    });
    socket.on('data', (data) => {
      unread = Buffer.concat([unread, data]);
      if (!greeted) unread = unread.subarray(1); // the version
      greeted = true;
      for (;;) {
        const size = readVarint(unread, 1);
        if (!size || unread.length < size.next + size.value) return;
        const tag = unread[0];
        unread = unread.subarray(size.next + size.value);
        if (tag === TAG.ping) socket.write(framed(TAG.pingAnswer, Buffer.alloc(0)));
        if (tag === TAG.login) {
          const answer = [text(1, 'login'), integer(6, 1), integer(8, Date.now())];
          socket.write(
            Buffer.concat([Buffer.from([MCS_VERSION]), framed(TAG.loginAnswer, Buffer.concat(answer))]),
          );
          connection = socket;
          service.emit({ type: 'connected' });
          service.flush();
        }
      }
    });
  });
  const [webPort, mcsPort] = await Promise.all([listen(web), listen(mcs)]);
  const open = new Set<TLSSocket>();
  mcs.on('secureConnection', (socket) => open.add(socket));

  return {
    args: [
      `--gcm-checkin-url=http://127.0.0.1:${webPort}/checkin`,
      `--gcm-registration-url=http://127.0.0.1:${webPort}/register`,
      `--gcm-mcs-endpoint=https://localhost:${mcsPort}`,
      `--ignore-certificate-errors-spki-list=${spki}`,
    ],
    offline() {
      reachable = false;
    },
    online() {
      reachable = true;
      service.flush();
    },
    drop: () => void connection?.destroy(),
    async close() {
      for (const socket of open) socket.destroy();
      const closed = [web, mcs].map((server) => new Promise((done) => server.close(done)));
      web.closeAllConnections();
      await Promise.all(closed);
    },
  };
}

/** AndroidCheckinResponse; without `settings_diff` (9) Chromium throws it away. */
function checkin(): Buffer {
  const id = () => randomBytes(7).readUIntBE(0, 6);
  return Buffer.concat([
    integer(1, 1),
    integer(3, Date.now()),
    fixed64(7, BigInt(id() + 1)),
    fixed64(8, BigInt(id() + 1)),
    integer(9, 1),
  ]);
}

/** DataMessageStanza. */
function stanza(
  { app, subtype, sender }: { app: string; subtype: string; sender: string },
  { id, body }: PushMessage,
): Buffer {
  const data = { subtype, ...(body.length > 0 && { 'content-encoding': 'aes128gcm' }) };
  return Buffer.concat([
    text(2, id),
    text(3, sender),
    text(5, app),
    ...Object.entries(data).map(([name, value]) => text(7, Buffer.concat([text(1, name), text(2, value)]))),
    text(9, id),
    integer(17, 60),
    integer(18, Date.now()),
    ...(body.length > 0 ? [text(21, body)] : []),
    integer(24, 1),
  ]);
}

const framed = (tag: number, message: Buffer): Buffer =>
  Buffer.concat([Buffer.from([tag]), varint(message.length), message]);

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('latin1');
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return (server.address() as AddressInfo).port;
}
