import { afterAll, beforeAll, vi } from 'vitest';
import { Profile } from '../../collector/src/profile/profile.ts';
import { forgetSites } from '../../collector/src/sites.ts';
import { D1EventStore } from '../../collector/src/store/d1.ts';
import { env } from '../support/workerd/collector.ts';

/** The calls before and after which something can go wrong. */
export const KILL_POINTS = [
  'ingest',
  'attach',
  'detach',
  'alarm',
  'calling attach',
  'calling detach',
  'append',
  'first',
] as const;
type KillPoint = (typeof KILL_POINTS)[number];

/**
 * What goes wrong once a kill point, or any of them, was passed so often: the call fails before or after it has worked, or
 * the object in which it runs vanishes, with all that it has not brought to disk.
 */
export interface Fault {
  at: KillPoint | 'any';
  after: number;
  /** How often in a row, as when the store is down for a while. */
  times: number;
  what: 'fail' | 'die';
}

export interface Faults {
  /** How many have happened so far. */
  count: number;
  /** What is still to happen, in no order. */
  plan: Fault[];
}

type Method = (...args: unknown[]) => unknown;

/**
 * Lays kill points before and after each call that an object answers, each that it makes to another, and each that the
 * store answers. `vi.restoreAllMocks()` takes them away, but for objects that live on.
 */
function layKillPoints(faults: Faults): void {
  const objects = new Map<string, DurableObjectState>();

  const pass = (object: DurableObjectState | undefined, point: string, where: string) => {
    const here = faults.plan.filter(({ at }) => at === 'any' || at === point);
    const due = here.find((fault) => fault.after-- <= 0);
    if (!due) return;
    if (--due.times <= 0) faults.plan = faults.plan.filter((fault) => fault !== due);
    faults.count++;
    if (due.what === 'die') object?.abort(`injected: died ${where} ${point}`);
    throw new Error(`injected: failed ${where} ${point}`);
  };
  const around = async (object: DurableObjectState | undefined, name: string, call: () => unknown) => {
    // Nothing leaves an object before what it has written is safe.
    if (name === 'append') await object?.storage.sync();
    pass(object, name, 'before');
    const result = await call();
    pass(object, name, 'after');
    return result;
  };
  const lay = (
    prototype: object,
    method: string,
    objectOf: (self: object, args: unknown[]) => DurableObjectState | undefined,
  ) => {
    const methods = prototype as Record<string, Method>;
    const original = methods[method];
    if (!original) throw new Error(`There is no ${method} to lay a kill point at.`);
    vi.spyOn(methods, method).mockImplementation(function (this: object, ...args) {
      return around(objectOf(this, args), method, () => original.apply(this, args));
    });
  };
  /** The objects as another one calls them: it may vanish while it waits. */
  const called = (by: DurableObjectState, profiles: DurableObjectNamespace) => ({
    getByName: (name: string) =>
      new Proxy(profiles.getByName(name), {
        get:
          (stub, method) =>
          (...args: unknown[]) =>
            around(by, `calling ${String(method)}`, () =>
              (stub as unknown as Record<string | symbol, Method>)[method]?.(...args),
            ),
      }),
  });

  for (const method of ['ingest', 'attach', 'detach', 'alarm']) {
    lay(Profile.prototype, method, (self) => {
      // Sites are read anew, so that this too can fail in an object.
      forgetSites();
      const object = self as { ctx: DurableObjectState; env: { PROFILES: DurableObjectNamespace } };
      const name = object.ctx.id.name ?? '';
      if (objects.get(name) !== object.ctx) {
        objects.set(name, object.ctx);
        object.env = {
          ...object.env,
          PROFILES: called(object.ctx, object.env.PROFILES) as DurableObjectNamespace,
        };
      }
      return object.ctx;
    });
  }
  lay(D1EventStore.prototype, 'append', (_, [chunks]) =>
    objects.get((chunks as { profile: string }[])[0]?.profile ?? ''),
  );
  // Sites and keys, as requests and objects read them.
  lay(Object.getPrototypeOf(env.SNAPSHOTS), 'get', () => undefined);
  lay(Object.getPrototypeOf(env.DB.prepare('SELECT 1')), 'first', () => undefined);
}

/** The kill points of a file's tests, which begin at a time (ms since the epoch) and say nothing of what fails on purpose. */
export function failFrom(now: number): Faults {
  const faults: Faults = { count: 0, plan: [] };
  beforeAll(() => {
    vi.useFakeTimers({ toFake: ['Date'], now });
    vi.spyOn(console, 'error').mockImplementation(() => {});
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    layKillPoints(faults);
  });
  afterAll(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
  });
  return faults;
}
