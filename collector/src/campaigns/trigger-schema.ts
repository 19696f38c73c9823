import { z } from 'zod';
import type { Trigger } from '../../../sdk/src/message.ts';

const HOUR_MS = 3_600_000;

const delayed = z.int().min(0).max(HOUR_MS).exactOptional();

/** A condition on a property of the page's own event; the page itself judges it. */
const condition = z.strictObject({
  /** Path such as `items.0.price`. */
  property: z.string().min(1).max(200),
  is: z.enum(['==', '!=', '>=', '<=', 'contains']),
  value: z.union([z.string().max(500), z.number(), z.boolean()]),
});

/** One of them, as it goes to the page. */
export const trigger = z.discriminatedUnion('on', [
  z.strictObject({ on: z.enum(['load', 'delay']), delayMs: delayed }),
  z.strictObject({ on: z.literal('scroll'), percent: z.number().min(1).max(100).exactOptional() }),
  z.strictObject({ on: z.literal('exit') }),
  z.strictObject({ on: z.literal('idle'), idleMs: z.int().min(1_000).max(HOUR_MS).exactOptional() }),
  z.strictObject({ on: z.literal('click'), selector: z.string().min(1).max(500) }),
  z.strictObject({
    on: z.literal('event'),
    event: z.string().min(1).max(200),
    where: z.array(condition).max(10).exactOptional(),
  }),
  z.strictObject({ on: z.literal('api') }),
]) satisfies z.ZodType<Trigger>;

/** What lets an armed popup ask to be shown: the first of them that happens on the page. */
export const triggers = z
  .array(trigger)
  .min(1)
  .max(8)
  .default([{ on: 'load' }]);
