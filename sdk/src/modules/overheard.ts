import { watchProperty } from './watch-property.ts';

/** A call of another tool: the method's name and what it was given. */
export type Call = [method: string, ...args: unknown[]];
type Method = (this: unknown, ...args: unknown[]) => unknown;

/** ms for which a tool that has just loaded may repeat the calls that were queued for it. */
const REPLAY_MS = 2_000;
const MAX_REPLAYS = 100;

/** Callbacks, and what Segment's snippet notes about the page, are no part of what was said. */
const essence = ([...call]: unknown[]) =>
  call.filter((part) => typeof part !== 'function' && (part as { __t?: string } | null)?.__t !== 'bpc');
const same = (a: unknown[]) => (b: unknown[]) => a.length === b.length && a.every((part, i) => part === b[i]);

/** Tells each call to a tool once, though it may come by twice: queued and then repeated, or from one method to another. */
export function createListener() {
  /** Calls that are being made, and calls that wait in a queue for their tool. */
  const active: unknown[][] = [];
  const queued: unknown[][] = [];
  let tell: (call: Call) => void = () => {};

  function hear(given: unknown[], isQueued?: boolean) {
    try {
      const call = essence(given);
      if (active.some(same(call))) return;
      const repeated = queued.findIndex(same(call));
      if (repeated >= 0 && !isQueued) {
        queued.splice(repeated, 1);
        return;
      }
      if (isQueued) queued.splice(0, queued.push(call) - MAX_REPLAYS);
      tell(call as Call);
    } catch {
      // What another tool is told must not fail because of us.
    }
  }

  /** From soon on, a call like one in the queue is a new one. */
  const loaded = () => {
    setTimeout(() => queued.splice(0), REPLAY_MS);
  };

  /** Does what `method` does, after hearing which call it was. */
  const wrapped = (method: Method, callOf: (args: unknown[]) => unknown[][], isQueued?: boolean): Method =>
    function (...args) {
      const calls = callOf(args);
      for (const call of calls) hear(call, isQueued);
      active.push(...calls.map(essence));
      try {
        return method.apply(this, args);
      } finally {
        active.length -= calls.length;
      }
    };

  return {
    onCall(listener: (call: Call) => void) {
      tell = listener;
    },
    hear,
    wrapped,
    /** Lists of calls, `['track', name, properties]`, from before the tool has loaded. */
    queue(list: object) {
      const calls = (entries: unknown[]) => entries.filter((entry) => Array.isArray(entry)) as unknown[][];
      for (const call of calls([...(list as unknown[])])) hear(call, true);
      watchProperty(list, 'push', (push) => wrapped(push as Method, calls, true));
      return list;
    },
    /** The tool itself. */
    methods(tool: object, names: string[]) {
      const object = tool as Record<string, unknown>;
      for (const name of names) {
        const method = object[name];
        if (typeof method !== 'function') continue;
        const heard = wrapped(method as Method, (args) =>
          name === 'push' ? (args as unknown[][]) : [[name, ...args]],
        );
        object[name] = heard;
        // A proxy that makes up its methods is a queue still.
        if (object[name] === heard) loaded();
      }
      return tool;
    },
    loaded,
  };
}
export type OverheardTool = ReturnType<typeof createListener>;
