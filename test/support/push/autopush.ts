import { randomBytes, randomUUID } from 'node:crypto';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import type { PushLink } from './link.ts';
import type { PushService } from './push-service.ts';

/** What Firefox says. */
type Said =
  | { messageType: 'hello'; uaid?: string }
  | { messageType: 'register'; channelID: string; key?: string }
  | { messageType: 'unregister'; channelID: string }
  | { messageType: 'ack'; updates: { version: string; code: number }[] }
  | { messageType?: undefined };

export interface AutopushLink extends PushLink {
  /** For `dom.push.serverURL`. */
  url: string;
  /** The service loses its memory: Firefox drops its subscriptions and fires `pushsubscriptionchange`. */
  forget(): void;
}

/**
 * Mozilla's autopush, for one Firefox: a WebSocket on which it says hello, registers, gets notifications, acknowledges.
 * https://mozilla-push-service.readthedocs.io/en/latest/design/
 */
export function startAutopush(service: PushService): AutopushLink {
  const path = `/autopush/${randomUUID()}`;
  /** Tokens by channel. */
  const channels = new Map<string, string>();
  let agent: string | null = null;
  let connection: WebSocket | null = null;
  let reachable = true;

  const sockets = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => (offered.has('push-notification') ? 'push-notification' : false),
  });
  const upgrade: Parameters<PushService['server']['on']>[1] = (request, socket, head) => {
    if (request.url === path)
      sockets.handleUpgrade(request, socket, head, (ws) => sockets.emit('connection', ws));
  };
  service.server.on('upgrade', upgrade);

  sockets.on('connection', (ws: WebSocket) => {
    const say = (message: object) => ws.send(JSON.stringify(message));
    ws.on('error', () => {});
    ws.on('close', () => {
      if (connection !== ws) return;
      connection = null;
      service.emit({ type: 'disconnected' });
    });
    ws.on('message', (raw: RawData) => {
      const said = JSON.parse(String(raw)) as Said;
      switch (said.messageType) {
        case 'hello': {
          if (!agent || said.uaid !== agent) {
            agent = randomUUID().replaceAll('-', '');
            for (const token of channels.values()) service.unsubscribe(token);
            channels.clear();
          }
          connection = ws;
          say({ messageType: 'hello', uaid: agent, status: 200, use_webpush: true, broadcasts: {} });
          service.emit({ type: 'connected' });
          return service.flush();
        }
        case 'register': {
          const token = randomBytes(24).toString('base64url');
          const { channelID } = said;
          channels.set(channelID, token);
          service.subscribe(token, {
            origins: [service.base],
            key: said.key?.replace(/=+$/, '') ?? null, // Firefox pads it
            deliver: ({ id, body }) => {
              if (!connection || !reachable) return false;
              const payload = { data: body.toString('base64url'), headers: { encoding: 'aes128gcm' } };
              const notification = { messageType: 'notification', channelID, version: id };
              connection.send(JSON.stringify({ ...notification, ...(body.length > 0 && payload) }));
              return true;
            },
          });
          const pushEndpoint = `${service.base}/wpush/v2/${token}`;
          return say({ messageType: 'register', channelID, status: 200, pushEndpoint });
        }
        case 'unregister': {
          const { channelID } = said;
          service.unsubscribe(channels.get(channelID) ?? '');
          channels.delete(channelID);
          return say({ messageType: 'unregister', channelID, status: 200 });
        }
        case 'ack':
          for (const { version, code } of said.updates)
            service.emit({ type: 'acknowledged', id: version, code });
          return;
        case undefined:
          return ws.send('{}'); // a ping
      }
    });
  });

  const drop = () => connection?.terminate();
  return {
    url: service.base.replace('http', 'ws') + path,
    offline() {
      reachable = false;
    },
    online() {
      reachable = true;
      service.flush();
    },
    drop,
    forget() {
      agent = null;
      drop();
    },
    async close() {
      service.server.off('upgrade', upgrade);
      for (const ws of sockets.clients) ws.terminate();
      sockets.close();
    },
  };
}
