import 'fake-indexeddb/auto';
import { act, createElement, type ReactNode, StrictMode, useEffect } from 'react';
import { createRoot } from 'react-dom/client';
import { renderToString } from 'react-dom/server';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createBeckon } from './client.ts';
import { createEmitter } from './events.ts';
import { type Beckon, beckon, type Message, type Options } from './index.ts';
import { BeckonProvider, useBeckon } from './react.ts';

let sites = 0;
let unmount = () => {};
const site = (): Options => ({ writeKey: `react-${++sites}`, endpoint: 'https://c.example' });

vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
vi.stubGlobal('fetch', async () => new Response(null, { status: 204 }));
afterEach(() => {
  act(unmount);
  unmount = () => {};
});

function render(tree: ReactNode) {
  const root = createRoot(document.createElement('div'));
  unmount = () => root.unmount();
  act(() => root.render(tree));
}
function listening() {
  const client = createBeckon(() => new Promise(() => {}), createEmitter());
  const calls: Message[] = [];
  const errors: unknown[] = [];
  client.on('call', (message) => calls.push(message));
  client.on('error', (error) => errors.push(error));
  return { client, calls, errors };
}
/** What the hook gave the component in each render. */
const seen: Beckon[] = [];
beforeEach(() => void seen.splice(0));
function Shop() {
  seen.push(useBeckon());
  return createElement('b', null, 'Add');
}
function Product() {
  const beckon = useBeckon();
  useEffect(() => beckon.track('view_item', { items: [{ item_id: 'mug' }] }), [beckon]);
  return null;
}

test('StrictMode, which runs every effect twice, counts the page once', async () => {
  const { client, calls, errors } = listening();
  const options = site();
  const init = vi.spyOn(client, 'init');
  render(createElement(StrictMode, null, createElement(BeckonProvider, { client, ...options })));
  await vi.waitFor(() => expect(calls).not.toEqual([]));
  await client.flush();
  expect(init.mock.calls).toEqual([[options], [options]]);
  expect(calls.map(({ type }) => type)).toEqual(['page']);
  expect(errors).toEqual([]);
});

test('what a component tracks as it mounts, before the provider around it starts, is not lost', async () => {
  const { client } = listening();
  const sent = new Promise<string[]>((done) => client.on('delivery', ({ sent }) => done(sent)));
  render(createElement(BeckonProvider, { client, ...site() }, createElement(Product)));
  expect((await sent).join()).toContain('view_item');
});

test('components reach the client of the nearest provider', () => {
  const { client } = listening();
  const { client: other } = listening();
  const inner = createElement(BeckonProvider, { client: other }, createElement(Shop));
  render(createElement(BeckonProvider, { client }, createElement(Shop), inner));
  expect(seen).toEqual([client, other]);
});

test('components work without a provider, with the page’s client', () => {
  render(createElement(Shop));
  expect(seen).toEqual([beckon]);
});

test('a client that brings no options is provided as it is, without an error', () => {
  const { client, errors } = listening();
  const init = vi.spyOn(client, 'init');
  render(createElement(BeckonProvider, { client }, createElement(Shop)));
  expect(seen).toEqual([client]);
  expect(init).not.toHaveBeenCalled();
  expect(errors).toEqual([]);
});

test('rendering on the server starts nothing', () => {
  const init = vi.spyOn(beckon, 'init');
  const html = renderToString(createElement(BeckonProvider, site(), createElement(Shop)));
  expect(html).toBe('<b>Add</b>');
  expect(seen).toEqual([beckon]);
  expect(init).not.toHaveBeenCalled();
});
