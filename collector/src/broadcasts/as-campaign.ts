import { type CompiledCampaign, compileCampaign } from '../campaigns/program.ts';
import { type CampaignDraft, campaignDraft, type PublishedStatus } from '../campaigns/schema.ts';
import type { BroadcastDraft, BroadcastState, ToldBroadcast } from './schema.ts';

/** What stands for the version of a campaign: those count from 1. */
export const BROADCAST_VERSION = 0;
/** What stands for the step. */
export const BROADCAST_STEP = 'push';

const STATUS: Record<BroadcastState, PublishedStatus> = {
  planned: 'paused',
  running: 'live',
  paused: 'paused',
  // All have been asked; what they were told may still be on its way.
  done: 'live',
  cancelled: 'ended',
};

/** To a profile, a broadcast is a campaign of one step into which it does not enter by itself. */
export function asCampaign({ draft, state, createdAt }: ToldBroadcast, zone: string): CompiledCampaign {
  const campaign = campaignDraftOf(draft);
  return compileCampaign({ ...campaign, version: BROADCAST_VERSION, status: STATUS[state], createdAt }, zone);
}

export function campaignDraftOf({ id, name, push, quietHours, cap }: BroadcastDraft): CampaignDraft {
  return campaignDraft.parse({
    ...{ id, name, quietHours, goal: null },
    ...(cap === null ? { cap } : {}),
    steps: [{ id: BROADCAST_STEP, type: 'message', channel: 'push', ...push }],
  });
}
