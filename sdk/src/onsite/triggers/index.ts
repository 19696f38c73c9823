import type { Emitter } from '../../events.ts';
import type { Trigger } from '../../message.ts';
import type { AfterVisible } from '../after-visible.ts';
import { onClick } from './click.ts';
import { onEvent } from './event.ts';
import { onExit } from './exit.ts';
import { onIdle } from './idle.ts';
import { onScroll } from './scroll.ts';

/** ms of visible time after arming before a way out counts: who leaves at once was not interested. */
const ARMED_MS = 5_000;

type Events = DocumentEventMap & WindowEventMap;

/** Listens to what happens anywhere on the page, before a listener of the page's can stop it. */
export type Listen = <Type extends keyof Events>(type: Type, listener: (event: Events[Type]) => void) => void;

/** A trigger of one type. */
export type Of<On extends Trigger['on']> = Extract<Trigger, { on: On }>;

/**
 * Watches for a trigger; one of a type that it does not know never fires. The chunk shares no code with the one that
 * loads it: what it needs is given to it.
 * @param heard - the client's `on`
 * @param signal - aborted when the popup has ended, or its page has been left
 * @param isEngaged - whether the visitor is writing or choosing
 * @throws when the selector of a click is none
 */
export function watch(
  trigger: Trigger,
  heard: Emitter['on'],
  signal: AbortSignal,
  fire: () => void,
  afterVisible: AfterVisible,
  isEngaged: () => boolean,
): void {
  const listen: Listen = (type, listener) =>
    addEventListener(type, listener as (event: Event) => void, { passive: true, capture: true, signal });
  if (signal.aborted) return;
  const { on } = trigger;
  if (on === 'scroll') onScroll(trigger, fire, listen);
  if (on === 'idle') onIdle(listen, afterVisible(trigger.idleMs ?? 20_000, signal, fire));
  if (on === 'click') onClick(trigger, fire, listen);
  if (on === 'event') signal.addEventListener('abort', onEvent(trigger, fire, heard));
  if (on === 'exit') afterVisible(ARMED_MS, signal, () => onExit(fire, listen, isEngaged));
}
