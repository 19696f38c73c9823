import type { Beckon } from './api.ts';
import { createBeckon } from './client.ts';
import { createEmitter } from './events.ts';
import type { Options } from './options.ts';
import { directoryOf, findScript, optionsOf } from './script-options.ts';

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

function install(): Global {
  const events = createEmitter();
  // Absolute, for Chromium resolves relative imports of a cross-origin classic script against about:blank.
  const client = createBeckon(
    (name) => import(`${directoryOf(script?.src ?? location.href)}/${name}.js`),
    events,
  );

  const call = (...[name, ...args]: Call) => {
    let method: unknown = beckon;
    for (const part of `${name}`.split('.')) method = (method as Record<string, unknown> | null)?.[part];
    if (typeof method === 'function') return method(...args);
    events.emit('error', { code: 'invalid_call', message: `${name}: no such call` });
  };
  const beckon: Global = Object.assign(call, client, {
    // What the page says wins over what its tag says.
    init: (options: Options) => client.init({ ...tag, ...options }),
    // A reference to the stub that the page has kept goes on working.
    q: { push: (args: Iterable<unknown>) => call(...([...args] as Call)) },
  });
  return beckon;
}

// A second copy of the tag must not disturb the first.
if (!before || !('init' in before)) {
  const beckon = install();
  page.beckon = beckon;
  for (const call of before?.q ?? []) beckon.q.push(call);
}
// Without a key it waits for `beckon('init', { writeKey })`; where it runs already, this changes nothing.
if (tag.writeKey) (page.beckon as Global).init(tag as Options);
