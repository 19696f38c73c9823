import type { ClaimAnswer } from '../../../sdk/src/message.ts';
import type { Decision } from '../campaigns/decide.ts';
import type { OpenedLink } from '../campaigns/test-link.ts';
import type { Env } from '../env.ts';
import type { Accepted, StoredMessage } from '../message.ts';
import type { Claim } from '../profile/answer-claim.ts';
import type { Inspected } from '../profile/inspection.ts';
import { anonymousIdOf, deviceName, isAnonymous, rankOf } from '../profile/profile-name.ts';
import type {
  ClaimResult,
  Elsewhere,
  IngestResult,
  InspectInput,
  InspectResult,
  Refused,
  Stale,
  SubscribeInput,
  SubscribeResult,
  Via,
} from '../profile/rpc.ts';
import type { Site } from '../sites.ts';
import { join } from './join.ts';
import { type Part, partsOf } from './parts.ts';
import { type Route, readRouteToken, routeToken } from './route-token.ts';

/** Visitors of one request that are written at the same time. */
const PARALLEL_VISITORS = 6;
/** How often a device may turn out to belong to somebody else while its messages are on their way. */
const MAX_HOPS = 12;

/** Who asks: a device, with the token of its last answer if it has one. */
export interface Sender {
  site: Site;
  anonymousId: string;
  token: unknown;
  now: number;
}
export interface Batch extends Omit<Sender, 'anonymousId'> {
  /** With which signed link a page was opened, by `anonymousId`. */
  links: ReadonlyMap<string, OpenedLink>;
}

/** A popup to arm, and the device whose message caused it. */
export type Armed = Decision & { anonymousId: string };

export interface Delivered {
  decisions: Armed[];
  /** Route tokens of the devices that belong to a person. */
  tokens: Map<string, string>;
}

/**
 * Brings each message to the profile that it belongs to: a device's in the order of the batch, those of different
 * visitors side by side. All are tried, whatever becomes of the others.
 *
 * @throws AggregateError when some could not be stored
 */
export async function deliver(accepted: readonly Accepted[], from: Batch, env: Env): Promise<Delivered> {
  const delivered: Delivered = { decisions: [], tokens: new Map() };
  const failures: unknown[] = [];
  const queue = await partsOf(accepted, from.site, env.SIGNING_KEY);
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

/**
 * Brings what the collector itself was told of somebody, such as on the preference page, to the person's profile.
 *
 * @param name of the object: a device's, or that of a person or contact, who may have moved on since
 */
export async function deliverTo(name: string, messages: readonly StoredMessage[], env: Env): Promise<void> {
  const anonymousId = isAnonymous(name) ? anonymousIdOf(name) : null;
  const person = anonymousId === null ? name : null;
  const sent = messages.map((message) => (anonymousId === null ? message : { ...message, anonymousId }));
  await follow<Extract<IngestResult, { kind: 'stored' }>>(
    { anonymousId, first: name },
    null,
    env,
    async (profile, via, refusedBy) =>
      profile.ingest({
        ...{ messages: JSON.stringify(sent), person, trust: 'trusted', via, refusedBy, test: undefined },
      }) as Promise<IngestResult>,
  );
}

/**
 * Asks the profile that a device belongs to whether it may show a popup. Its token is what tells it from somebody who
 * knows no more of it than its id.
 */
export async function claimFor(
  sender: Sender,
  claim: Omit<Claim, 'anonymousId' | 'known'>,
  env: Env,
): Promise<ClaimAnswer> {
  const { anonymousId, site } = sender;
  const token = await tokenRoute(sender, env);
  const { result } = await follow<Extract<ClaimResult, { kind: 'answered' }>>(
    { anonymousId, first: deviceName(site.id, anonymousId) },
    token,
    env,
    async (profile, via, refusedBy) => {
      const known = isKnown(site, via, token);
      const asked = { ...claim, anonymousId, known };
      return profile.claim({ claim: asked, via, refusedBy }) as Promise<ClaimResult>;
    },
  );
  return result.answer;
}

/** What a page's inspector shows; of a person's only to a browser of his. */
export async function inspectFor(
  sender: Sender,
  asked: Pick<InspectInput, 'draft' | 'test'>,
  env: Env,
): Promise<Inspected> {
  const { anonymousId, site } = sender;
  const token = await tokenRoute(sender, env);
  const { result } = await follow<Extract<InspectResult, { kind: 'inspected' }>>(
    { anonymousId, first: deviceName(site.id, anonymousId) },
    token,
    env,
    async (profile, via, refusedBy) => {
      const known = via === null || via.epoch === token?.epoch;
      return profile.inspect({ ...asked, anonymousId, known, via, refusedBy }) as Promise<InspectResult>;
    },
  );
  return JSON.parse(result.json);
}

async function deliverPart(part: Part, from: Batch, env: Env, delivered: Delivered): Promise<void> {
  const { anonymousId, person, trust, messages, joins } = part;
  const { site, token, now, links } = from;
  const first = anonymousId === null ? person : deviceName(site.id, anonymousId);
  if (first === null) return;
  const known = anonymousId === null ? null : await tokenRoute({ ...from, anonymousId }, env);
  const suits = person === null || person === known?.person || rankOf(person) < rankOf(known?.person ?? '');
  let text = JSON.stringify(messages);
  const { result, route } = await follow<Extract<IngestResult, { kind: 'stored' }>>(
    { anonymousId, first },
    suits ? known : null,
    env,
    async (profile, via, refusedBy) => {
      const test = anonymousId === null ? undefined : links.get(anonymousId)?.test;
      const input = { messages: text, person, trust, via, refusedBy, test };
      const answer = (await profile.ingest(input)) as IngestResult;
      if (answer.kind !== 'stored' && answer.repeated.length > 0) {
        text = JSON.stringify(messages.filter(({ messageId }) => !answer.repeated.includes(messageId)));
      }
      return answer;
    },
  );
  if (person !== null) for (const contact of joins) await join(contact, person, part.certain, env, now);
  if (anonymousId === null) return;
  delivered.decisions.push(...result.decisions.map((decision) => ({ ...decision, anonymousId })));
  if (route) {
    delivered.tokens.set(anonymousId, await routeToken(anonymousId, route, token, now, env.SIGNING_KEY));
  }
}

function tokenRoute({ token, site, anonymousId, now }: Sender, env: Env): Promise<Route | null> {
  return readRouteToken(token, site.id, anonymousId, now, env.SIGNING_KEY);
}

/**
 * A browser of the device takes push messages, or none any more.
 *
 * @param told by the shop itself, which need not show the device's token
 * @returns `false`: the device is a person's, and who asks knows no more of it than its id
 */
export async function subscribeFor(
  sender: Sender,
  asked: Pick<SubscribeInput, 'subscription' | 'ended'>,
  env: Env,
  told = false,
): Promise<boolean> {
  const { anonymousId, site } = sender;
  const token = await tokenRoute(sender, env);
  const { result } = await follow<Extract<SubscribeResult, { kind: 'subscribed' | 'unknown' }>>(
    { anonymousId, first: deviceName(site.id, anonymousId) },
    token,
    env,
    async (profile, via, refusedBy) => {
      const known = told || isKnown(site, via, token);
      return profile.subscribe({ ...asked, known, via, refusedBy }) as Promise<SubscribeResult>;
    },
  );
  return result.kind === 'subscribed';
}

/** Whether who asks may be shown what is the person's: a device that belongs to somebody shows the token of its last answer. */
function isKnown({ settings }: Site, via: Via, token: Route | null): boolean {
  return settings.identity === 'off' || via === null || via.epoch === token?.epoch;
}

type Done = Exclude<IngestResult | ClaimResult | InspectResult | SubscribeResult, Elsewhere | Stale>;
type Profile = ReturnType<Env['PROFILES']['getByName']>;

/** Asks the first object, or straight the person where that is known, and goes where it is sent. */
async function follow<T extends Done>(
  { anonymousId, first }: { anonymousId: string | null; first: string },
  start: Route | null,
  env: Env,
  ask: (profile: Profile, via: Via, refusedBy: Refused) => Promise<T | Elsewhere | Stale>,
): Promise<{ result: T; route: Route | null }> {
  let route = start;
  let refusedBy: Refused = null;
  for (let hop = 0; hop < MAX_HOPS; hop++) {
    const via = route && anonymousId !== null ? { anonymousId, epoch: route.epoch } : null;
    const result = await ask(env.PROFILES.getByName(route?.person ?? first), via, refusedBy);
    if (result.kind === 'elsewhere') route = { person: result.person, epoch: result.epoch };
    else if (result.kind === 'stale') {
      refusedBy = route;
      route = null;
    } else return { result, route };
  }
  throw new Error('The device keeps changing hands.');
}
