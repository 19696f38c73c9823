import { type CompiledCampaign, compileCampaign } from '../campaigns/program.ts';
import { campaignDraft, type PublishedStatus } from '../campaigns/schema.ts';
import type { BroadcastState, ToldBroadcast } from './schema.ts';

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
  const { id, name, push, quietHours, cap } = draft;
  const campaign = campaignDraft.parse({
    ...{ id, name, quietHours, goal: null },
    ...(cap === null ? { cap } : {}),
    steps: [{ id: BROADCAST_STEP, type: 'message', channel: 'push', ...push }],
  });
  return compileCampaign({ ...campaign, version: BROADCAST_VERSION, status: STATUS[state], createdAt }, zone);
}
