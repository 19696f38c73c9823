import type { Beckon } from '../api.ts';
import type { OverheardTool } from './overheard.ts';
import { watchProperty } from './watch-property.ts';

type Command = ((...args: unknown[]) => unknown) & { q?: ArrayLike<unknown>[] };

/** `eS('sendEvent', name, data)`: a function that queues its arguments until the tool has loaded. */
export function hearYespo(beckon: Beckon, tool: OverheardTool, pages: boolean): void {
  tool.onCall(([command, name, data]) => {
    if (/^sendEvent(WithTags)?$/.test(command) && typeof name === 'string' && (pages || name !== 'PageView'))
      beckon.track(name, data as Record<string, unknown>);
  });
  let isStub = true;
  watchProperty(window, 'eS', (given) => {
    const eS = given as Command;
    // The tool may take over the queue of its stub, whose calls are known.
    for (const args of eS.q ?? []) tool.hear([...Array.from(args)], isStub);
    if (!isStub) tool.loaded();
    const call = tool.wrapped(eS, (args) => [args], isStub);
    isStub = false;
    // What the tool keeps on the function, it finds there.
    return new Proxy(eS, { apply: (_, self, args) => call.apply(self, args) });
  });
}
