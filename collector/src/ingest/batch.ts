import type { ArmedMessage, BatchAnswer, JsonObject, Rejection } from '../../../sdk/src/message.ts';
import { armedId } from '../campaigns/armed-id.ts';
import type { Decision } from '../campaigns/decide.ts';
import type { Env } from '../env.ts';
import { RequestError } from '../errors.ts';
import type { StoredMessage } from '../message.ts';
import { deviceName, personName } from '../profile/profile-name.ts';
import { type Arrival, acceptMessage, parseTime } from './accept-message.ts';
import { authorize } from './authorize.ts';
import { isObject, readJsonObject } from './parse.ts';

/** Messages that one request may carry. */
export const MAX_MESSAGES = 500;
/** Profiles of one request that are written at the same time. */
const PARALLEL_PROFILES = 6;
/** Seconds after which a client may send again what could not be stored. */
const RETRY_AFTER_S = 5;

/**
 * `POST /v1/batch`: every valid message is stored with the profile that it belongs to, before the answer.
 * A refused message costs its neighbours nothing.
 *
 * @throws RequestError 400, 401, 403, 413 as design §2 says; 503 when something could not be stored: sending the
 * same batch again completes it, and counts nothing twice
 */
export async function batch(request: Request, env: Env, now: number): Promise<BatchAnswer> {
  const body = await readJsonObject(request);
  const { site, keyKind } = await authorize(request, body.writeKey, env, now);
  const raw = body.batch;
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
    context: isObject(body.context) ? (body.context as JsonObject) : undefined,
  };
  const accepted: StoredMessage[] = [];
  const rejected: Rejection[] = [];
  const warnings: string[] = [];
  for (const [index, candidate] of raw.entries()) {
    const result = await acceptMessage(candidate, arrival);
    if (result.ok) {
      accepted.push(result.message);
      warnings.push(...result.warnings.map((warning) => `Message ${index}: ${warning}`));
    } else {
      rejected.push({ index, messageId: result.messageId, code: result.code, message: result.reason });
    }
  }

  const decisions = await store(await byProfile(accepted, site.id, env), env);
  const anonymousId = accepted.findLast((message) => message.anonymousId !== undefined)?.anonymousId ?? null;
  return {
    success: true,
    rejected,
    messages: await Promise.all(decisions.map((decision) => arm(decision, site.id, env))),
    visitor: { anonymousId, token: null },
    ...(warnings.length > 0 ? { warnings } : {}),
  };
}

/** The messages of each profile, in the order of the batch. */
async function byProfile(
  messages: readonly StoredMessage[],
  site: string,
  env: Env,
): Promise<Map<string, StoredMessage[]>> {
  const parts = new Map<string, StoredMessage[]>();
  for (const message of messages) {
    const name = message.anonymousId
      ? deviceName(site, message.anonymousId)
      : await personName(site, message.userId ?? '', env.SIGNING_KEY);
    const part = parts.get(name);
    if (part) part.push(message);
    else parts.set(name, [message]);
  }
  return parts;
}

async function store(parts: Map<string, StoredMessage[]>, env: Env): Promise<Decision[]> {
  const decisions: Decision[] = [];
  const failures: unknown[] = [];
  const queue = [...parts];
  const work = async () => {
    for (let part = queue.shift(); part; part = queue.shift()) {
      const [name, messages] = part;
      try {
        decisions.push(...(await env.PROFILES.getByName(name).ingest(JSON.stringify(messages))));
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: PARALLEL_PROFILES }, work));
  if (failures.length > 0) {
    console.error('Messages could not be stored.', ...failures);
    throw new RequestError(
      'unavailable',
      'The messages could not be stored yet. Send them again.',
      RETRY_AFTER_S,
    );
  }
  return decisions;
}

async function arm(decision: Decision, site: string, env: Env): Promise<ArmedMessage> {
  const { cause, campaign, variant, triggers } = decision;
  return { id: await armedId(site, decision, env.SIGNING_KEY), cause, campaign, variant, triggers };
}
