import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import type {
  ArmedMessage,
  Batch,
  BatchAnswer,
  ClaimRequest,
  Message,
  PopupContent,
  TrackMessage,
} from '../../sdk/src/message.ts';
import { installProbe } from './probe.ts';

const DIST = join(import.meta.dirname, '../../sdk/dist');
/** A white PNG of the size that its address ends with, such as `mug-64x32.png`. */
function drawn(path: string): Buffer {
  const [width = 1, height = 1] = (/-(\d+)x(\d+)/.exec(path) ?? []).slice(1).map(Number);
  const chunk = (type: string, content: Buffer) => {
    const named = Buffer.concat([Buffer.from(type), content]);
    return [uint32(content.length), named, uint32(crc32(named))];
  };
  // One bit per pixel, each row behind a byte that says how it is filtered.
  const header = Buffer.concat([uint32(width), uint32(height), Buffer.from([1, 0, 0, 0, 0])]);
  const rows = Buffer.from(`00${'ff'.repeat(Math.ceil(width / 8))}`.repeat(height), 'hex');
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    ...chunk('IHDR', header),
    ...chunk('IDAT', deflateSync(rows)),
    ...chunk('IEND', Buffer.alloc(0)),
  ]);
}
function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** A popup, and what arms it. */
export interface Staged {
  /** What the claim gets: anything, for some tests are about contents that no collector should send. */
  content: unknown;
  /** `load` when absent. */
  triggers?: unknown;
  /** Event that arms it; each page view when absent. */
  cause?: string;
  /** `c0@1`, `c1@1` and so on, by its place, when absent. */
  campaign?: string;
  /** Reason for which the claim is refused. */
  refused?: string;
}

/** A page of the shop, and what the collector says to it. */
export interface Scene {
  popups: Staged[];
  /** Content-Security-Policy of the page; `{collector}` stands for its origin. */
  policy?: string;
  /** Attributes of the document's root. */
  root?: string;
  css?: string;
  /** What stands in the body; a small shop when absent. */
  body?: string;
  /** Runs before the tag. */
  script?: string;
}

export interface StagedScene {
  /** Address of one of its pages; every path is one. */
  url(path?: string): string;
  /** Messages that the collector has received, by the time of their arrival. */
  received: Message[];
  claims: ClaimRequest[];
  /** The next popups, from the next message on. */
  popups: Staged[];
}

export interface PopupStand {
  collector: string;
  /** Each scene has a key and pages of its own, so that scenes can be played at the same time. */
  stage(scene: Scene): StagedScene;
  close(): Promise<void>;
}

const SHOP = `
  <header><a id="home" href="#main">Shop</a></header>
  <main id="main"><h1>Mugs</h1>
    <p><button id="opener" type="button">Offers</button> <button id="other" type="button">Other</button></p>
    <p><label>Search <input id="search"></label></p>
    <div id="slot" data-beckon-slot="hero"></div>
    <p id="below">Below the slot.</p>
    <p class="tall">A long page.</p>
  </main><footer><a id="end" href="#home">End</a></footer>`;
const SHOP_CSS = `
  body { margin: 0; font: 16px/1.5 sans-serif; color: #222; background: #fff }
  main { max-width: 900px; margin: auto; padding: 16px }
  .tall { min-height: 3000px }`;

/** A shop, and on another origin a collector that serves the built SDK and answers as the scene wants. */
export async function openStand(): Promise<PopupStand> {
  const scenes = new Map<string, Scene & StagedScene>();
  const shop = await listen((request, response) => {
    const [, key = '', file = ''] = new URL(request.url ?? '/', 'http://shop').pathname.split('/');
    const scene = scenes.get(key);
    const { origin } = collector;
    if (file === 'probe.js') send(response, 'text/javascript', `(${installProbe})()`);
    else if (file === 'page.js') send(response, 'text/javascript', scene?.script ?? '');
    else if (file === 'after.js') send(response, 'text/javascript', 'probe.listen(beckon)');
    else if (file === 'shop.css') send(response, 'text/css', SHOP_CSS + (scene?.css ?? ''));
    else if (!scene) response.writeHead(404).end();
    else {
      if (scene.policy)
        response.setHeader('Content-Security-Policy', scene.policy.replaceAll('{collector}', origin));
      send(
        response,
        'text/html; charset=utf-8',
        `<!doctype html><html ${scene.root ?? 'lang="en"'}><head><title>Shop</title>
        <meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="${origin}/v1/pictures/shop/icon-16x16.png">
        <script src="/${key}/probe.js"></script><link rel="stylesheet" href="/${key}/shop.css">
        <script src="/${key}/page.js"></script>
        <script src="${origin}/beckon.js" data-write-key="${key}"></script>
        <script src="/${key}/after.js"></script></head><body>${scene.body ?? SHOP}</body></html>`,
      );
    }
  });
  const collector = await listen(async (request, response) => {
    response.setHeader('Access-Control-Allow-Origin', '*');
    const { pathname } = new URL(request.url ?? '/', 'http://collector');
    if (pathname.endsWith('.js'))
      return send(response, 'text/javascript', readFileSync(join(DIST, basename(pathname))));
    if (pathname.startsWith('/v1/pictures/'))
      return pathname.includes('missing')
        ? void response.writeHead(404).end()
        : send(response, 'image/png', drawn(pathname));
    if (request.method !== 'POST') return void response.writeHead(404).end();
    const body: unknown = JSON.parse(await textOf(request));
    if (pathname === '/v1/batch') {
      const { writeKey, batch } = body as Batch;
      const scene = scenes.get(writeKey);
      scene?.received.push(...batch);
      const messages = batch.flatMap((message) => armedBy(message, writeKey, scene?.popups ?? []));
      const answer: BatchAnswer = {
        success: true,
        rejected: [],
        messages,
        visitor: { anonymousId: null, token: null },
      };
      return send(response, 'application/json', JSON.stringify(answer));
    }
    const [key = '', index = ''] = decodeURIComponent(pathname.split('/')[3] ?? '').split('.');
    const scene = scenes.get(key);
    scene?.claims.push(body as ClaimRequest);
    const { content, refused } = scene?.popups[Number(index)] ?? { refused: 'unknown' };
    const answer = refused ? { show: false, reason: refused } : { show: true, content };
    send(response, 'application/json', JSON.stringify(answer));
  });

  return {
    collector: collector.origin,
    stage(scene) {
      const key = `k${scenes.size}`;
      const staged = {
        ...scene,
        url: (path = '') => `${shop.origin}/${key}/${path}`,
        received: [],
        claims: [],
      };
      scenes.set(key, staged);
      return staged;
    },
    async close() {
      for (const { server } of [shop, collector]) {
        const closed = new Promise((done) => server.close(done));
        server.closeAllConnections();
        await closed;
      }
    },
  };
}

function armedBy(message: Message, key: string, popups: Staged[]): ArmedMessage[] {
  const name = message.type === 'track' ? message.event : message.type;
  return popups.flatMap(({ content, triggers, cause = 'page', campaign }, index) => {
    if (name !== cause) return [];
    const { kind, slot, minimised } = (content ?? {}) as Partial<PopupContent>;
    return {
      id: `${key}.${index}.${message.messageId}`,
      cause: message.messageId,
      campaign: campaign ?? `c${index}@1`,
      variant: 'a',
      ...(kind && { kind: minimised ? 'launcher' : kind }),
      ...(slot && { slot }),
      triggers: (triggers ?? [{ on: 'load' }]) as ArmedMessage['triggers'],
    };
  });
}

/** The popups' own events of a scene, each with its properties. */
export const eventsOf = ({ received }: StagedScene): TrackMessage[] =>
  received.filter((message): message is TrackMessage => message.type === 'track');

interface Listening {
  origin: string;
  server: Server;
}
async function listen(
  answer: (request: IncomingMessage, response: ServerResponse) => unknown,
): Promise<Listening> {
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}
function send(response: ServerResponse, type: string, content: string | Buffer): void {
  response.writeHead(200, { 'Content-Type': type }).end(content);
}
async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of request.setEncoding('utf8')) text += part;
  return text;
}
