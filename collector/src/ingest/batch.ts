import type { Context } from 'hono';
import type { ArmedMessage, BatchAnswer, JsonObject, Message, Rejection } from '../../../sdk/src/message.ts';
import { armedId } from '../campaigns/armed-id.ts';
import { armDraft, withoutLive } from '../campaigns/draft-preview.ts';
import { openedLinksIn } from '../campaigns/test-link.ts';
import type { Env } from '../env.ts';
import { RequestError } from '../errors.ts';
import type { Accepted } from '../message.ts';
import { noteFaults } from '../push/faults.ts';
import { type Arrival, acceptMessage, parseTime } from './accept-message.ts';
import { authorize } from './authorize.ts';
import { cleanJson } from './clean-json.ts';
import { type Armed, type Batch, type Delivered, deliver } from './deliver.ts';
import { isObject, readJsonObject } from './parse.ts';
import { proverFor } from './proof.ts';
import { surroundingsOf } from './surroundings.ts';
import { visitorCookie } from './visitor-cookie.ts';
import { readReferences } from './visitor-reference.ts';

/** Messages that one request may carry. */
export const MAX_MESSAGES = 500;
/** Characters of the context that a batch shares among its messages. */
const MAX_CONTEXT_LENGTH = 8_000;
/** Seconds after which a client may send again what could not be stored. */
const RETRY_AFTER_S = 5;

/**
 * `POST /v1/batch`: every valid message is stored with the profile that it belongs to, before the answer.
 * A refused message costs its neighbours nothing.
 *
 * @throws RequestError 400, 401, 403, 413 as design §2 says; 503 when something could not be stored: sending the
 * same batch again completes it, and counts nothing twice
 */
export async function batch(c: Context<{ Bindings: Env }>, now: number): Promise<BatchAnswer> {
  const body = await readJsonObject(c.req.raw);
  return accept(c, body, body.batch, now);
}

/** `POST /v1/track` and its like: one message, its type from the address. A refused one is answered like a batch of one. */
export async function single(
  c: Context<{ Bindings: Env }>,
  type: Message['type'],
  now: number,
): Promise<BatchAnswer> {
  const { writeKey, ...message } = await readJsonObject(c.req.raw);
  return accept(c, { writeKey }, [{ ...message, type }], now);
}

async function accept(
  c: Context<{ Bindings: Env }>,
  body: Record<string, unknown>,
  raw: unknown,
  now: number,
): Promise<BatchAnswer> {
  const { env } = c;
  const { site, keyKind } = await authorize(c.req.raw, body.writeKey, env, now);
  if (!Array.isArray(raw)) throw new RequestError('bad_request', '"batch" must be an array of messages.');
  if (raw.length > MAX_MESSAGES) {
    throw new RequestError(
      'too_large',
      `The batch has ${raw.length} messages; at most ${MAX_MESSAGES} are taken.`,
    );
  }

  const arrival: Arrival = {
    receivedAt: now,
    sentAt: parseTime(body.sentAt),
    keyKind,
    context: sharedContext(body.context),
    surroundings: keyKind === 'browser' ? surroundingsOf(c.req.raw) : null,
    prove: proverFor(site, keyKind, now),
    program: site.program,
  };
  const accepted: Accepted[] = [];
  const rejected: Rejection[] = [];
  const warnings: string[] = [];
  if (isObject(body.context) && !arrival.context) {
    warnings.push(`The context of the batch is too large or nested too deep, and is ignored.`);
  }
  for (const [index, candidate] of raw.entries()) {
    const result = await acceptMessage(candidate, arrival);
    if (result.ok) {
      accepted.push({ message: result.message, proof: result.proof });
      warnings.push(...result.warnings.map((warning) => `Message ${index}: ${warning}`));
    } else {
      rejected.push({ index, messageId: result.messageId, code: result.code, message: result.reason });
    }
  }

  const cookie = await visitorCookie(c, site.id, body.visitor);
  if (cookie?.fresh && cookie.anonymousId !== null) renameVisitor(accepted, cookie.anonymousId);
  const messages = accepted.map(({ message }) => message);
  const links =
    keyKind === 'browser' ? await openedLinksIn(messages, site.id, env.SIGNING_KEY, now) : new Map();
  const referred = await readReferences(accepted, site.id, keyKind === 'browser', now, env.SIGNING_KEY);
  const { decisions, tokens } = await store(referred, { site, token: body.token, now, links }, env);
  await noteFaults(env, site, messages, now);
  const drafts = await Promise.all(
    [...links].map(([anonymousId, link]) => armDraft(site, anonymousId, link, env, now)),
  );
  const live = withoutLive(decisions, links);
  const anonymousId =
    accepted.findLast(({ message }) => message.anonymousId !== undefined)?.message.anonymousId ?? null;
  if (anonymousId !== null) await cookie?.set(anonymousId);
  return {
    success: true,
    rejected,
    messages: [...drafts.flat(), ...(await Promise.all(live.map((armed) => arm(armed, site.id, env))))],
    visitor: { anonymousId, token: tokens.get(anonymousId ?? '') ?? null },
    ...(warnings.length > 0 ? { warnings } : {}),
  };
}

/** What every message of the batch says of itself besides its own context. */
function sharedContext(context: unknown): JsonObject | undefined {
  if (!isObject(context) || cleanJson(context) === null) return undefined;
  return JSON.stringify(context).length <= MAX_CONTEXT_LENGTH ? (context as JsonObject) : undefined;
}

/** Stores what a device says under an id that it has just made up as what it is known to be. */
function renameVisitor(accepted: readonly Accepted[], anonymousId: string): void {
  const made = accepted.at(-1)?.message.anonymousId;
  for (const { message } of accepted) if (message.anonymousId === made) message.anonymousId = anonymousId;
}

async function store(accepted: readonly Accepted[], from: Batch, env: Env): Promise<Delivered> {
  try {
    return await deliver(accepted, from, env);
  } catch (error) {
    console.error(error);
    throw new RequestError(
      'unavailable',
      'The messages could not be stored yet. Send them again.',
      RETRY_AFTER_S,
    );
  }
}

async function arm(armed: Armed, site: string, env: Env): Promise<ArmedMessage> {
  const { anonymousId, cause, variant, kind, slot, needs, triggers } = armed;
  const campaign = `${armed.campaign}@${armed.version}`;
  const id = await armedId(site, anonymousId, armed, env.SIGNING_KEY);
  return {
    ...{ id, cause, campaign, variant, kind },
    ...(slot === undefined ? {} : { slot }),
    ...(needs === undefined ? {} : { needs }),
    triggers,
  };
}
