import { z } from 'zod';
import type { ErrorCode } from '../../../sdk/src/message.ts';

/** One route, as the description has it. */
export interface Operation {
  method: 'get' | 'post' | 'put' | 'delete';
  /** As the router has it. */
  path: string;
  /** Unique; what generated clients call it. */
  id: string;
  tag: string;
  summary: string;
  /** Who may ask: the owner of the admin token, of a write key, or anybody. */
  access: 'admin' | 'write-key' | 'anybody';
  query?: z.ZodObject;
  /** Whether `If-Match` with the revision that was seen keeps others' changes from being overwritten. */
  ifMatch?: true;
  body?: z.ZodType;
  /** Other content types of the body, and what they say. */
  bodyTexts?: Record<string, string>;
  /** Content types of a body that is a file. */
  bodyFiles?: readonly string[];
  /** 200 where it is not said. */
  status?: 201;
  answer: z.ZodType | { mediaType: string };
  /** What else may be answered, by status. */
  others?: Record<string, { description: string; schema?: z.ZodType }>;
  /** Besides what every route of this access may answer. */
  errors?: readonly ErrorCode[];
}

/** A route of the management API, before it is said where it belongs. */
export type Described = Omit<Operation, 'access' | 'tag'>;

export const SITE = '/api/sites/:site';

/** A page of a list; `cursor` leads to the next one, `null`: there is none. */
export const listOf = (item: z.ZodType) =>
  z.strictObject({ items: z.array(item), cursor: z.string().nullable() });
