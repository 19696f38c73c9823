// Uses the package where there is no page, and prints which of a browser's globals it reached for.
const PAGE = ['document', 'location', 'history', 'navigator', 'indexedDB', 'localStorage', 'sessionStorage'];
const EFFECTS = ['fetch', 'BroadcastChannel', 'addEventListener', 'setTimeout', 'setInterval', 'crypto'];
const touched = [];
for (const name of [...PAGE, ...EFFECTS]) {
  const value = globalThis[name];
  Object.defineProperty(globalThis, name, {
    get() {
      touched.push(name);
      return value;
    },
  });
}
const globals = Reflect.ownKeys(globalThis).length;

const { beckon, createClient } = await import('beckon');
const told = [];
for (const client of [beckon, createClient({ writeKey: 'demo', endpoint: 'https://c.example' })]) {
  for (const name of ['call', 'error', 'delivery']) client.on(name, () => told.push(name));
  client.init({ writeKey: 'demo', endpoint: 'https://c.example' });
  client.track('x');
  client.page();
  client.identify('u1', { plan: 'gold' });
  client.consent({ analytics: true });
  client.cart.add({ item_id: 'mug' });
  client.reset();
  await client.flush();
}
console.log(
  JSON.stringify({
    touched,
    told,
    globals: Reflect.ownKeys(globalThis).length - globals,
    cart: beckon.cart.get().items,
    anonymousId: beckon.anonymousId() ?? null,
  }),
);
