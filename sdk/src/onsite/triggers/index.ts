import type { Trigger } from '../../message.ts';
import type { AfterVisible } from '../after-visible.ts';
import type { OnsiteHost } from '../host.ts';
import { onClick } from './click.ts';
import { onEvent } from './event.ts';
import { onExit } from './exit.ts';
import { onIdle } from './idle.ts';
import { onScroll } from './scroll.ts';

/**
 * Watches for a trigger; one of a type that it does not know never fires. The chunk shares no code with the one that
 * loads it: what it needs is given to it.
 * @param signal - aborted when the popup has ended, or its page has been left
 * @param isEngaged - whether the visitor is writing or choosing
 */
export function watch(
  trigger: Trigger,
  host: Pick<OnsiteHost, 'on' | 'fail'>,
  signal: AbortSignal,
  fire: () => void,
  afterVisible: AfterVisible,
  isEngaged: () => boolean,
): void {
  if (signal.aborted) return;
  const { on } = trigger;
  if (on === 'scroll') onScroll(trigger, signal, fire);
  if (on === 'exit') onExit(signal, fire, afterVisible, isEngaged);
  if (on === 'idle') onIdle(trigger, signal, fire, afterVisible);
  if (on === 'click') onClick(trigger, signal, fire, host);
  if (on === 'event') onEvent(trigger, signal, fire, host);
}
