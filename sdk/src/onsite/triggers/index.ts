import type { Trigger } from '../../message.ts';
import { onClick } from './click.ts';
import { onEvent } from './event.ts';
import { onExit } from './exit.ts';
import { onIdle } from './idle.ts';
import { onScroll } from './scroll.ts';
import type { Watch } from './watch.ts';

/** Watches for each of the triggers; those of types that it does not know never fire. */
export function watch(triggers: readonly Trigger[], tools: Watch): void {
  for (const trigger of triggers) {
    if (tools.signal.aborted) return;
    if (trigger.on === 'scroll') onScroll(trigger, tools);
    if (trigger.on === 'exit') onExit(tools);
    if (trigger.on === 'idle') onIdle(trigger, tools);
    if (trigger.on === 'click') onClick(trigger, tools);
    if (trigger.on === 'event') onEvent(trigger, tools);
  }
}
