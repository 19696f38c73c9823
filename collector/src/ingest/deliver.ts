import type { ClaimAnswer } from '../../../sdk/src/message.ts';
import type { Decision } from '../campaigns/decide.ts';
import type { Env } from '../env.ts';
import type { Accepted, StoredMessage } from '../message.ts';
import type { Claim } from '../profile/answer-claim.ts';
import { deviceName, personName } from '../profile/profile-name.ts';
import type { ClaimResult, Elsewhere, IngestResult, Refused, Stale, Via } from '../profile/rpc.ts';
import { type Route, readRouteToken, routeToken } from './route-token.ts';

/** Visitors of one request that are written at the same time. */
const PARALLEL_VISITORS = 6;
/** How often a device may turn out to belong to somebody else while its messages are on their way. */
const MAX_HOPS = 12;

/** Who asks: a device, with the token of its last answer if it has one. */
export interface Sender {
  site: string;
  anonymousId: string;
  token: unknown;
  now: number;
}

export interface Delivered {
  decisions: Decision[];
  /** Route tokens of the devices that belong to a person. */
  tokens: Map<string, string>;
}

/**
 * Brings each message to the profile that it belongs to: a device's in the order of the batch, those of different
 * visitors side by side. All are tried, whatever becomes of the others.
 *
 * @throws AggregateError when some could not be stored
 */
export async function deliver(
  accepted: readonly Accepted[],
  from: Omit<Sender, 'anonymousId'>,
  env: Env,
): Promise<Delivered> {
  const delivered: Delivered = { decisions: [], tokens: new Map() };
  const failures: unknown[] = [];
  const messages = accepted.map(({ message }) => message);
  const queue = [...(await byVisitor(messages, from.site, env))];
  const work = async () => {
    for (let parts = queue.shift(); parts; parts = queue.shift()) {
      try {
        for (const part of parts) await deliverPart(part, from, env, delivered);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: PARALLEL_VISITORS }, work));
  if (failures.length > 0) throw new AggregateError(failures, 'Messages could not be stored.');
  return delivered;
}

/** Asks the profile that a device belongs to whether it may show a popup. */
export async function claimFor(
  sender: Sender,
  claim: Omit<Claim, 'anonymousId'>,
  env: Env,
): Promise<ClaimAnswer> {
  const { anonymousId } = sender;
  const { result } = await follow<Extract<ClaimResult, { kind: 'answered' }>>(
    sender,
    await tokenRoute(sender, env),
    env,
    async (profile, via) => profile.claim({ claim: { ...claim, anonymousId }, via }) as Promise<ClaimResult>,
  );
  return result.answer;
}

/** Erases what a device has sent, with the device and with its person. */
export async function forgetDevice(sender: Omit<Sender, 'token'>, env: Env): Promise<void> {
  const device = env.PROFILES.getByName(deviceName(sender.site, sender.anonymousId));
  for (const person of await device.forget(false)) {
    await env.PROFILES.getByName(person).forgetDevice(sender.anonymousId);
  }
  await device.forget(true);
}

/** Consecutive messages of one device, as long as the same person, or nobody, is named. */
interface Part {
  anonymousId: string | null;
  /** The name of a person's object. */
  person: string | null;
  messages: StoredMessage[];
}

async function byVisitor(
  messages: readonly StoredMessage[],
  site: string,
  env: Env,
): Promise<Iterable<Part[]>> {
  const visitors = new Map<string, Part[]>();
  // A batch names the same person over and over; each is hashed once.
  const persons = new Map<string, string>();
  for (const { userId } of messages) {
    if (userId && !persons.has(userId)) persons.set(userId, await personName(site, userId, env.SIGNING_KEY));
  }
  for (const message of messages) {
    const anonymousId = message.anonymousId ?? null;
    const person = persons.get(message.userId ?? '') ?? null;
    const visitor = anonymousId === null ? `person:${person}` : `device:${anonymousId}`;
    const parts = visitors.get(visitor) ?? [];
    const last = parts.at(-1);
    if (last?.person === person) last.messages.push(message);
    else parts.push({ anonymousId, person, messages: [message] });
    visitors.set(visitor, parts);
  }
  return visitors.values();
}

async function deliverPart(
  { anonymousId, person, messages }: Part,
  from: Omit<Sender, 'anonymousId'>,
  env: Env,
  delivered: Delivered,
): Promise<void> {
  const text = JSON.stringify(messages);
  if (anonymousId === null) {
    if (person === null) return;
    await env.PROFILES.getByName(person).ingest({ messages: text, person, via: null, refusedBy: null });
    return;
  }
  const sender = { ...from, anonymousId };
  const known = await tokenRoute(sender, env);
  const start = person === null || known?.person === person ? known : null;
  const { result, route } = await follow<Extract<IngestResult, { kind: 'stored' }>>(
    sender,
    start,
    env,
    async (profile, via, refusedBy) =>
      profile.ingest({ messages: text, person, via, refusedBy }) as Promise<IngestResult>,
  );
  delivered.decisions.push(...result.decisions);
  if (route)
    delivered.tokens.set(
      anonymousId,
      await routeToken(anonymousId, route, from.token, from.now, env.SIGNING_KEY),
    );
}

function tokenRoute({ token, site, anonymousId, now }: Sender, env: Env): Promise<Route | null> {
  return readRouteToken(token, site, anonymousId, now, env.SIGNING_KEY);
}

type Done = Exclude<IngestResult | ClaimResult, Elsewhere | Stale>;
type Profile = ReturnType<Env['PROFILES']['getByName']>;

/** Asks the device, or straight the person where that is known, and goes where it is sent. */
async function follow<T extends Done>(
  { site, anonymousId }: Sender,
  start: Route | null,
  env: Env,
  ask: (profile: Profile, via: Via, refusedBy: Refused) => Promise<T | Elsewhere | Stale>,
): Promise<{ result: T; route: Route | null }> {
  let route = start;
  let refusedBy: Refused = null;
  for (let hop = 0; hop < MAX_HOPS; hop++) {
    const name = route?.person ?? deviceName(site, anonymousId);
    const via = route && { anonymousId, epoch: route.epoch };
    const result = await ask(env.PROFILES.getByName(name), via, refusedBy);
    if (result.kind === 'elsewhere') route = { person: result.person, epoch: result.epoch };
    else if (result.kind === 'stale') {
      refusedBy = route;
      route = null;
    } else return { result, route };
  }
  throw new Error('The device keeps changing hands.');
}
