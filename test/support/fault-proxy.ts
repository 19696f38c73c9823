import { createServer, type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Batch, Message } from '../../sdk/src/message.ts';

/** How long another program may sit on the port while the proxy refuses connections, in ms. */
const RETURN_MS = 10_000;

/** A batch as it reached the proxy, whatever became of it. */
export interface Arrival {
  /** ms since the epoch. */
  at: number;
  messages: Message[];
  /** What the page was answered; null when its connection broke. */
  status: number | null;
}

/** Stands in front of the collector and does to batches what networks and servers do. */
export interface FaultProxy {
  url: string;
  arrivals: Arrival[];
  /** Forwards everything again. */
  pass(): Promise<void>;
  /** Answers batches itself; the collector never sees them. */
  answer(status: number, headers?: OutgoingHttpHeaders): void;
  /** Lets the collector process every batch, and breaks the connection of the first of each `every` before the answer. */
  drop(every: number): void;
  /** Nothing listens any more, and open connections break. */
  refuse(): Promise<void>;
  close(): Promise<void>;
}

type Fault =
  | { kind: 'answer'; status: number; headers: OutgoingHttpHeaders }
  | { kind: 'drop'; every: number };

interface Answer {
  status: number;
  headers: OutgoingHttpHeaders;
  body: Buffer;
}

/** On a reused connection Chromium repeats a request that broke by itself, and the page would never learn of it. */
const ONE_REQUEST = { connection: 'close' };

export async function startFaultProxy(collector: string): Promise<FaultProxy> {
  const arrivals: Arrival[] = [];
  let fault: Fault | null = null;
  let untilDrop = 0;

  async function answerTo(incoming: IncomingMessage, body: Buffer): Promise<Answer | null> {
    if (!incoming.url?.startsWith('/v1/batch')) return forward(collector, incoming, body);
    const { batch } = JSON.parse(body.toString()) as Batch;
    const arrival: Arrival = { at: Date.now(), messages: batch, status: null };
    arrivals.push(arrival);
    const current = fault;
    if (current?.kind === 'answer') {
      arrival.status = current.status;
      return {
        status: current.status,
        headers: { ...cors(incoming), ...current.headers },
        body: Buffer.alloc(0),
      };
    }
    const answer = await forward(collector, incoming, body);
    if (current?.kind === 'drop') {
      untilDrop -= 1;
      if (untilDrop < 0) {
        untilDrop = current.every - 1;
        return null;
      }
    }
    arrival.status = answer.status;
    return answer;
  }

  const server = createServer(async (incoming, response) => {
    try {
      const answer = await answerTo(incoming, await read(incoming));
      if (answer) response.writeHead(answer.status, { ...answer.headers, ...ONE_REQUEST }).end(answer.body);
      else incoming.socket.destroy();
    } catch {
      // The page has gone, or the collector has: either way there is nobody to answer, or nothing to say.
      incoming.socket.destroy();
    }
  });
  const listen = (port: number) =>
    new Promise<void>((done, fail) => {
      server.once('error', fail);
      server.listen(port, '127.0.0.1', () => {
        server.off('error', fail);
        done();
      });
    });
  await listen(0);
  const { port } = server.address() as AddressInfo;

  async function refuse() {
    if (!server.listening) return;
    const closed = new Promise((done) => server.close(done));
    server.closeAllConnections();
    await closed;
  }
  return {
    url: `http://127.0.0.1:${port}`,
    arrivals,
    async pass() {
      fault = null;
      const deadline = Date.now() + RETURN_MS;
      while (!server.listening) {
        await listen(port).catch(async (error) => {
          if (Date.now() > deadline) throw error;
          await new Promise((done) => setTimeout(done, 50));
        });
      }
    },
    answer(status, headers = {}) {
      fault = { kind: 'answer', status, headers };
    },
    drop(every) {
      fault = { kind: 'drop', every };
      untilDrop = 0;
    },
    refuse,
    close: refuse,
  };
}

async function read(stream: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

function forward(collector: string, incoming: IncomingMessage, body: Buffer): Promise<Answer> {
  const { host: _, connection: __, ...headers } = incoming.headers;
  return new Promise((done, fail) => {
    const outgoing = request(
      collector + incoming.url,
      { method: incoming.method, headers, agent: false },
      (answer) => {
        const {
          connection,
          'keep-alive': keepAlive,
          'transfer-encoding': encoding,
          ...rest
        } = answer.headers;
        read(answer).then((body) => done({ status: answer.statusCode ?? 502, headers: rest, body }), fail);
      },
    );
    outgoing.once('error', fail);
    outgoing.end(body);
  });
}

/** What the collector's own errors carry. */
const cors = ({ headers }: IncomingMessage) => ({
  'access-control-allow-origin': headers.origin ?? '*',
  'access-control-expose-headers': 'Retry-After',
});
