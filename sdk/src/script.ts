import type { Beckon } from './api.ts';
import { createBeckon } from './client.ts';
import { createEmitter } from './events.ts';
import type { Options } from './options.ts';
import { findScript, optionsOf } from './script-options.ts';

/** `beckon('cart.add', item)`: the name of a call, and its arguments. */
type Call = [name: string, ...args: unknown[]];
/** `window.beckon` after loading: callable like the stub, with the methods as well. */
type Global = ((...call: Call) => unknown) & Beckon & { q: { push(call: Iterable<unknown>): void } };
/** What the documented stub leaves behind: the calls, as `arguments` objects. */
type Stub = { q?: Iterable<unknown>[] };

const page = window as unknown as { beckon?: Global | Stub };

const script = findScript();
const tag = script ? optionsOf(script) : {};
const before = page.beckon;

// A second copy of the tag must not disturb the first.
if (!(before as Global)?.init) {
  const events = createEmitter();
  // Absolute, for Chromium resolves relative imports of a cross-origin classic script against about:blank.
  const client = createBeckon((name) => import(`${tag.endpoint}/${name}.js`), events);
  const call = (...[name, ...args]: Call) => {
    try {
      let method: unknown = client;
      for (const part of `${name}`.split('.')) method = (method as Record<string, unknown>)[part];
      return (method as (...args: unknown[]) => unknown)(...args);
    } catch {
      events.emit('error', { code: 'invalid_call', message: `${name}` });
    }
  };
  const { init } = client;
  // What the page says wins over what its tag says.
  client.init = (options) => init({ ...tag, ...options } as Options);
  // A reference to the stub that the page has kept goes on working.
  page.beckon = Object.assign(call, client, {
    q: { push: (args: Iterable<unknown>) => call(...([...args] as Call)) },
  });
  for (const args of (before as Stub | undefined)?.q ?? []) call(...([...args] as Call));
}
// Without a key it waits for `beckon('init', { writeKey })`; where it runs already, this changes nothing.
if (tag.writeKey) (page.beckon as Global).init(tag as Options);
