import type { Trigger } from '../../message.ts';

/** A trigger of one type. */
export type Of<On extends Trigger['on']> = Extract<Trigger, { on: On }>;
