import type { Trigger } from '../../message.ts';
import type { AfterVisible } from '../after-visible.ts';
import type { OnsiteHost } from '../host.ts';

/** What a trigger watches with. The chunk shares no code with the one that loads it. */
export interface Watch {
  host: Pick<OnsiteHost, 'on' | 'fail'>;
  /** Aborted when another trigger was first, or the popup's page has been left. */
  signal: AbortSignal;
  fire(): void;
  afterVisible: AfterVisible;
  /** Whether the visitor is writing or choosing. */
  isEngaged(): boolean;
}

/** A trigger of one type. */
export type Of<On extends Trigger['on']> = Extract<Trigger, { on: On }>;
