import type { ArmedMessage } from '../../../sdk/src/message.ts';
import type { Env } from '../env.ts';
import type { Site } from '../sites.ts';
import { type Armed, armedId } from './armed-id.ts';
import { contentFor } from './content.ts';
import { draftLabel } from './draft-label.ts';
import { error, type Problem } from './problem.ts';
import { compileCampaign } from './program.ts';
import { needsOf } from './push-request.ts';
import { reasonOf } from './reason.ts';
import type { Campaign, CampaignDraft } from './schema.ts';
import { loadContext } from './site-context.ts';
import { popupOf } from './steps.ts';
import { campaignStore, type Definition } from './storage.ts';
import type { OpenedLink } from './test-link.ts';
import { namedBy, validateCampaign } from './validate.ts';

/** In the place of a version, in the id of an armed draft: versions begin at 1. */
export const DRAFT = 0;
/** How long a page may wait before it shows a draft, ms. */
const ARMED_MS = 86_400_000;

/**
 * The draft that a link shows, armed for the page that was opened with it: at once, whatever of it is published. It is
 * armed also where it cannot be shown, for the claim says so to the person who opened the link. What fails here must not
 * cost the answer to the events, which are stored by now.
 */
export async function armDraft(
  site: Site,
  anonymousId: string,
  { draft, pageView, test }: OpenedLink,
  env: Env,
  now: number,
): Promise<ArmedMessage[]> {
  if (draft === undefined || pageView === null) return [];
  try {
    const record = await campaignStore.get(env.DB, site.id, draft);
    const campaign = record && asLive(record, site.settings.timeZone);
    const wanted = test && Object.hasOwn(test.variants, draft) ? test.variants[draft] : undefined;
    const variants = (campaign && popupOf(campaign)?.variants) ?? [];
    const chosen = variants.find(({ key }) => key === wanted) ?? variants.find(({ weight }) => weight > 0);
    const variant = chosen?.key ?? '';
    const armed: Armed = { campaign: draft, version: DRAFT, variant, cause: pageView, causedAt: now };
    const id = await armedId(site.id, anonymousId, armed, env.SIGNING_KEY);
    const place = campaign ? placeOf(campaign, variant) : {};
    const triggers: ArmedMessage['triggers'] = [{ on: 'load' }];
    const needs = needsOf(campaign && contentFor(campaign, variant, []));
    return [{ id, cause: pageView, campaign: draftLabel(draft), variant, ...place, ...needs, triggers }];
  } catch (cause) {
    console.warn(`The draft ${draft} could not be armed.`, cause);
    return [];
  }
}

/** What is published of a campaign does not come in the way of its draft. */
export function withoutLive<T extends { campaign: string; anonymousId: string }>(
  decisions: readonly T[],
  links: ReadonlyMap<string, OpenedLink>,
): T[] {
  return decisions.filter(({ campaign, anonymousId }) => links.get(anonymousId)?.draft !== campaign);
}

/** @returns a `Campaign` as JSON; `null` when it is gone, cannot be used, has no such variant, or was armed a day ago */
export async function draftToShow(
  { id, settings }: Site,
  { campaign, variant, causedAt }: Armed,
  db: D1Database,
  now: number,
): Promise<string | null> {
  if (now - causedAt > ARMED_MS) return null;
  const record = await campaignStore.get(db, id, campaign);
  const live = record && asLive(record, settings.timeZone);
  const variants = (live && popupOf(live)?.variants) ?? [];
  return variants.some(({ key }) => key === variant) ? JSON.stringify(live) : null;
}

/** What an inspector says of the draft of its link. */
export interface InspectedDraft {
  id: string;
  /** `null`: it was deleted. */
  name: string | null;
  problems: Problem[];
}

/** The draft as if it were live (JSON; `null`: it cannot be used), and what is wrong with it. */
export async function inspectDraft(
  site: Site,
  id: string,
  env: Env,
  now: number,
): Promise<{ json: string | null; said: InspectedDraft }> {
  const record = await campaignStore.get(env.DB, site.id, id);
  if (!record) {
    const problems = [error('', 'There is no such draft any more.')];
    return { json: null, said: { id, name: null, problems } };
  }
  const { draft, fault } = record;
  const name = String(draft.name ?? id);
  const refused = (reason: string) => ({
    json: null,
    said: { id, name, problems: [error('', `This draft cannot be shown. ${reason}`)] },
  });
  if (fault !== null) return refused(fault);
  try {
    compileCampaign(published(record), site.settings.timeZone);
  } catch (cause) {
    return refused(reasonOf(cause));
  }
  const problems = validateCampaign(draft, await loadContext(env, site, namedBy(draft), now));
  return { json: JSON.stringify(published(record)), said: { id, name, problems } };
}

/** `null`: this version of the collector cannot use it. */
function asLive(record: Definition<CampaignDraft>, zone: string): Campaign | null {
  if (record.fault !== null) return null;
  try {
    return compileCampaign(published(record), zone).campaign;
  } catch {
    return null;
  }
}

function published({ draft, createdAt }: Definition<CampaignDraft>): Campaign {
  return { ...draft, version: DRAFT, status: 'live', createdAt };
}

/** Where it will be, so that the page waits for a place where it may appear. */
function placeOf(campaign: Campaign, variant: string): Pick<ArmedMessage, 'kind' | 'slot'> {
  const { kind = 'modal', slot } = contentFor(campaign, variant, []) ?? {};
  return kind === 'inline' && slot !== undefined ? { kind, slot } : { kind };
}
