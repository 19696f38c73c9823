import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

/** Takes the events of one subject in one scenario, and answers as that subject's collector would. */
export interface Sink {
  url: string;
  /** ms (`performance.now()`) at which each request with events arrived. */
  requests: number[];
  /** When each mark was first taken. */
  taken: Map<string, number>;
  /** What requests with events are answered; 200 is success, 0 a broken connection. */
  status: number;
  close(): void;
}

/** Read by ours, harmless to the others, of which posthog wants to know that it may compress. */
const SUCCESS = JSON.stringify({
  success: true,
  rejected: [],
  messages: [],
  visitor: { anonymousId: null, token: null },
  supportedCompression: ['gzip', 'gzip-js'],
});
/** Asked for by a 429. */
const RETRY_AFTER_S = '8';

export async function startSink(events: RegExp): Promise<Sink> {
  const server = createServer(async (request, response) => {
    const body = await read(request).catch(() => Buffer.alloc(0));
    allow(request, response);
    if (request.method === 'OPTIONS') return response.writeHead(204).end();
    if (request.url?.includes('.js')) return response.setHeader('Content-Type', 'text/javascript').end();
    response.setHeader('Content-Type', 'application/json');
    if (!events.test(request.url ?? '')) return response.end(SUCCESS);
    sink.requests.push(performance.now());
    if (sink.status === 0) return request.socket.destroy();
    if (sink.status !== 200) {
      if (sink.status === 429) response.setHeader('Retry-After', RETRY_AFTER_S);
      return response.writeHead(sink.status).end('{}');
    }
    for (const [mark] of text(body).matchAll(/mark-\d+/g)) {
      if (!sink.taken.has(mark)) sink.taken.set(mark, performance.now());
    }
    // What leaves with the page is answered without a body, for nobody would read it.
    if (request.url?.includes('beacon=1')) return response.writeHead(204).end();
    return response.end(SUCCESS);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const sink: Sink = {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    requests: [],
    taken: new Map(),
    status: 200,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
  return sink;
}

function allow({ headers }: IncomingMessage, response: ServerResponse) {
  response.setHeader('Access-Control-Allow-Origin', headers.origin ?? '*');
  response.setHeader('Access-Control-Allow-Credentials', 'true');
  response.setHeader('Access-Control-Allow-Headers', headers['access-control-request-headers'] ?? '*');
  response.setHeader('Access-Control-Allow-Methods', 'GET, POST');
  response.setHeader('Access-Control-Expose-Headers', 'Retry-After');
  response.setHeader('Access-Control-Max-Age', '600');
  response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

const text = (body: Buffer) => (body[0] === 0x1f && body[1] === 0x8b ? gunzipSync(body) : body).toString();
