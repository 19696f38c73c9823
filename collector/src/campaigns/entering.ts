import type { Json } from '../../../sdk/src/message.ts';
import type { CompiledCampaign } from './program.ts';

/** An event that may let campaigns in. */
export interface Cause {
  /** Canonical name. */
  event: string;
  properties: Record<string, Json>;
}

/**
 * Whether an event is what pages and service workers report of popups and push, and of time that has passed. It lets nobody
 * in who does not wait for it: what is shown would be the cause of its being shown again.
 */
export function isReport({ event }: Pick<Cause, 'event'>): boolean {
  return event.startsWith('popup_') || event.startsWith('push_') || event === 'user_engagement';
}

/** Whether the cause is what the campaign waits for; what is armed already has had it. */
export function entered(
  { campaign: { entry }, awaits, entryWhere, place }: CompiledCampaign,
  { cause, armedAt }: { cause: Cause | null; armedAt: number | null },
): boolean {
  if (armedAt !== null) return true;
  // What comes only when it is asked for may be asked for again.
  if (awaits === null && cause && isReport(cause) && !place.startsWith('asked:')) return false;
  if (awaits === null && !entryWhere) return true;
  if (!cause) return false;
  if (awaits !== null && cause.event !== awaits) return false;
  if (entry.on === 'segment' && cause.properties.segment !== entry.segment) return false;
  return entryWhere ? entryWhere(cause.properties) === true : true;
}
