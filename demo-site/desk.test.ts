import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { startShop } from './server.ts';

const CLOSED = { gate: 'trigger', open: false, reason: 'waits_for', seen: 'view_item' };
const EXPLANATION = {
  gate: 'trigger',
  trace: { gates: [CLOSED], audience: { op: 'and', result: true }, arm: { variant: 'a', control: null } },
};
const CAMPAIGNS = [
  { id: 'draft', name: 'Never published', priority: 900, liveVersion: null },
  { id: 'late', name: 'Comes second', priority: 300, liveVersion: 1 },
  { id: 'early', name: 'Comes first', priority: 400, liveVersion: 2 },
];

let collector: Server;
let shop: Awaited<ReturnType<typeof startShop>>;
let test: boolean;
let asked: (string | undefined)[];

beforeAll(async () => {
  collector = createServer(async (request, response) => {
    asked.push(request.headers.authorization);
    const path = request.url ?? '';
    let body = '';
    for await (const chunk of request) body += chunk;
    if (request.method === 'PUT') test = JSON.parse(body).test;
    response.statusCode = path.includes('nobody') ? 404 : 200;
    const answer = path.endsWith('/campaigns')
      ? { items: CAMPAIGNS }
      : path.includes('/explain')
        ? EXPLANATION
        : { test };
    response.end(JSON.stringify(answer));
  });
  await new Promise<void>((done) => collector.listen(0, '127.0.0.1', done));
  const { port } = collector.address() as AddressInfo;
  shop = await startShop({ port: 0, collector: `http://127.0.0.1:${port}`, adminToken: 'token' });
});
afterAll(async () => {
  await shop.close();
  collector.close();
});
beforeEach(() => {
  test = false;
  asked = [];
});

const visitor = (init?: RequestInit) => fetch(`${shop.url}/inspector/visitor?id=somebody`, init);

it('says of each published campaign what stops it, the most important first', async () => {
  const because = 'waits for: view_item';
  expect(await (await visitor()).json()).toEqual({
    known: true,
    test: false,
    campaigns: [
      { id: 'early', name: 'Comes first', gate: 'trigger', because, open: 0, gates: 1 },
      { id: 'late', name: 'Comes second', gate: 'trigger', because, open: 0, gates: 1 },
    ],
  });
  expect(new Set(asked)).toEqual(new Set(['Bearer token']));
});

it('makes a test visitor, and unmakes one', async () => {
  for (const wanted of [true, false]) {
    const headers = { 'Content-Type': 'application/json' };
    const response = await visitor({ method: 'PUT', headers, body: JSON.stringify({ test: wanted }) });
    expect(await response.json()).toMatchObject({ test: wanted });
  }
});

it('knows nothing of a visitor who has sent nothing yet', async () => {
  const response = await fetch(`${shop.url}/inspector/visitor?id=nobody`);
  expect(await response.json()).toEqual({ known: false, test: false, campaigns: [] });
});

it('tells pages from elsewhere nothing, and lets them change nothing', async () => {
  const form = await visitor({ method: 'PUT', body: '{"test":true}' });
  expect(form.status).toBe(415);
  const rebound = await new Promise((resolve, reject) => {
    const { hostname: host, port } = new URL(shop.url);
    const headers = { host: `shop.attacker.example:${port}` };
    httpRequest({ host, port, path: '/inspector/visitor?id=somebody', headers }, ({ statusCode }) =>
      resolve(statusCode),
    )
      .on('error', reject)
      .end();
  });
  expect(rebound).toBe(403);
  expect(asked).toEqual([]);
});

it('is not there where the shop has no admin token', async () => {
  const other = await startShop({ port: 0, collector: 'http://collector.test' });
  expect((await fetch(`${other.url}/inspector/visitor?id=somebody`)).status).toBe(404);
  await other.close();
});
