import type { Json } from '../../../sdk/src/message.ts';
import { digest, hash53 } from '../profile/facts.ts';
import type { SiteSettings } from '../sites.ts';
import { type CompiledFacts, compileFacts, type FactListeners, joinFacts } from './behaviour.ts';
import { type Audience as Compiled, compileAudience } from './logic.ts';
import { leavesTab, type Place, placeOf } from './place.ts';
import type { Campaign, Segment } from './schema.ts';
import { isJourney } from './steps.ts';

/** A published version, its rules compiled. */
export interface CompiledCampaign {
  campaign: Campaign;
  audience: Compiled;
  facts: CompiledFacts;
  /** The event that lets people in; `null`: any. */
  awaits: string | null;
  entryWhere: Compiled | null;
  exitRules: Compiled[];
  place: Place;
  /** See {@link leavesTab}. */
  leavesTab: boolean;
  /** Keys of the events that end the wish to show it, and of its goal; see {@link Watch}. */
  exits: string[];
  goal: string | null;
  /** Of a journey: the key of the event by which it is entered; `null`: by a moment, see {@link EntryFact}. */
  entry: string | null;
  isJourney: boolean;
  /** By id of the step. */
  branches: ReadonlyMap<string, Compiled>;
  /** Of a popup that a journey offers on its way, see offer.ts: its step. */
  step: string | null;
}

export interface CompiledSegment {
  segment: Segment;
  audience: Compiled;
  facts: CompiledFacts;
}

/** Events of which a profile remembers the newest: goals, and what ends a wish. */
export interface Watch {
  key: string;
  event: string;
  where: Compiled | null;
  /** Path in the event's properties of what it is worth. */
  value: string;
}

/** All that one site's visitors are decided by. */
export interface Program {
  /** The most important first; also those that are paused, or ended lately: their goals still count. */
  campaigns: readonly CompiledCampaign[];
  byId: ReadonlyMap<string, CompiledCampaign>;
  segments: readonly CompiledSegment[];
  /** What any of them declares, by key. */
  facts: FactListeners;
  /** By event. */
  watches: ReadonlyMap<string, readonly Watch[]>;
  /** Of all that is remembered for it. */
  keys: ReadonlySet<string>;
  /** Tells whether these have changed. */
  digest: number;
}

/** Compiles a campaign, published or not. @throws for a rule that is too deep or too large */
export function compileCampaign(campaign: Campaign, zone: string): CompiledCampaign {
  const { audience, entry, exits, goal } = campaign;
  return {
    campaign,
    audience: compileAudience(audience.rule),
    facts: compileFacts(audience.facts, zone),
    awaits: awaited(entry),
    entryWhere: entry.where === undefined ? null : compileAudience(entry.where),
    exitRules: exits.flatMap((exit) => ('rule' in exit ? [compileAudience(exit.rule)] : [])),
    exits: exits.flatMap((exit) => ('rule' in exit ? [] : [watchOf({ ...exit, value: 'value' }).key])),
    goal: goal && watchOf(goal).key,
    place: placeOf(campaign),
    leavesTab: leavesTab(campaign),
    entry: entryWatch(campaign)?.key ?? null,
    isJourney: isJourney(campaign),
    branches: new Map(
      campaign.steps.flatMap((step) =>
        step.type === 'branch' ? [[step.id, compileAudience(step.if)] as const] : [],
      ),
    ),
    step: null,
  };
}

/** What of its events a journey has to remember to know who is in it. */
function entryWatch({ entry, steps }: Campaign): Watch | null {
  const event = awaited(entry);
  if (event === null || !isJourney({ steps })) return null;
  const conditions = [
    ...(entry.where === undefined ? [] : [entry.where]),
    ...(entry.on === 'segment' ? [{ '===': [{ var: 'segment' }, entry.segment ?? ''] }] : []),
  ];
  const where = conditions.length > 1 ? { and: conditions } : conditions[0];
  return watchOf({ event, ...(where === undefined ? {} : { where }), value: 'value' });
}

function awaited({ on, event = '', change = 'entered' }: Campaign['entry']): string | null {
  if (on === 'any' || on === 'fact') return null;
  return on === 'segment' ? `segment_${change}` : event;
}

/** Compiles a segment, published or not. @throws for a rule that is too deep or too large */
export function compileSegment(segment: Segment, zone: string): CompiledSegment {
  const { rule, facts } = segment.audience;
  return { segment, audience: compileAudience(rule), facts: compileFacts(facts, zone) };
}

/** What decides on a site. What was compiled before is taken again while nothing about it has changed. */
export function programOf(
  siteId: string,
  { timeZone }: Pick<SiteSettings, 'timeZone'>,
  campaigns: readonly Campaign[],
  segments: readonly Segment[],
): Program {
  // By what it says: a database that is restored, or a campaign made anew, may use an id and version once more.
  const compile = <T>(kind: string, definition: Campaign | Segment, make: () => T): T =>
    kept(`${siteId}/${kind}/${definition.id}/${timeZone}/${digest(JSON.stringify(definition))}`, make);
  const compiledCampaigns = [...campaigns]
    .sort(byImportance)
    .map((campaign) => compile('campaign', campaign, () => compileCampaign(campaign, timeZone)));
  const compiledSegments = segments
    .filter(({ status }) => status === 'live')
    .map((segment) => compile('segment', segment, () => compileSegment(segment, timeZone)));
  return joined(compiledCampaigns, compiledSegments);
}

/** The same with a campaign that is tried out, in place of the one with its id; nothing of it is kept. */
export function withCampaign({ campaigns, segments }: Program, compiled: CompiledCampaign): Program {
  const others = campaigns.filter(({ campaign }) => campaign.id !== compiled.campaign.id);
  return joined(
    [...others, compiled].sort((a, b) => byImportance(a.campaign, b.campaign)),
    segments,
  );
}

/** The same with a segment that is tried out. */
export function withSegment({ campaigns, segments }: Program, compiled: CompiledSegment): Program {
  const others = segments.filter(({ segment }) => segment.id !== compiled.segment.id);
  return joined(campaigns, [...others, compiled]);
}

function joined(campaigns: readonly CompiledCampaign[], segments: readonly CompiledSegment[]): Program {
  const live = campaigns.filter(({ campaign }) => campaign.status === 'live');
  const facts = joinFacts([...live, ...segments].map((compiled) => compiled.facts));
  const watches = new Map(
    campaigns.flatMap(({ campaign }) => watchesOf(campaign)).map((watch) => [watch.key, watch]),
  );
  const keys = new Set([...facts.keys, ...watches.keys()]);
  return {
    campaigns,
    byId: new Map(campaigns.map((compiled) => [compiled.campaign.id, compiled])),
    segments,
    facts,
    watches: Map.groupBy(watches.values(), ({ event }) => event),
    keys,
    digest: hash53([...keys].sort().join()),
  };
}

/** By site, kind, id, time zone and content. Bounded: a full one is emptied. */
const cache = new Map<string, unknown>();
const MAX_KEPT = 5_000;

function kept<T>(key: string, make: () => T): T {
  if (!cache.has(key)) {
    if (cache.size >= MAX_KEPT) cache.clear();
    cache.set(key, make());
  }
  return cache.get(key) as T;
}

/** Priority, then age, then id: for `sort`. */
export function byImportance(a: Campaign, b: Campaign): number {
  if (a.priority !== b.priority) return b.priority - a.priority;
  if (a.createdAt !== b.createdAt) return a.createdAt < b.createdAt ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}

function watchesOf(campaign: Campaign): Watch[] {
  const { exits, goal } = campaign;
  const ends = exits.flatMap((exit) => ('rule' in exit ? [] : [watchOf({ ...exit, value: 'value' })]));
  return [
    ...ends,
    ...(goal ? [watchOf(goal)] : []),
    ...[entryWatch(campaign)].filter((watch) => watch !== null),
  ];
}

/** Equal wishes of several campaigns are one watch. */
function watchOf({ event, where, value }: { event: string; where?: Json; value: string }): Watch {
  const key = digest(JSON.stringify(['watch', event, where ?? null, value]));
  return { key, event, where: where === undefined ? null : compileAudience(where), value };
}
