import { DurableObject } from 'cloudflare:workers';
import type { Env } from '../env.ts';
import { TURN } from './pace.ts';
import { runBroadcast } from './run.ts';
import { broadcastsAhead } from './storage.ts';

/** After something has failed; twice as long with each further time, up to the second, ms. */
const RETRY_MS = 1_000;
const MAX_RETRY_MS = 300_000;

/**
 * Goes through the people of one broadcast: a name, and an alarm. What there is to do, and how far it has come, is in D1,
 * where the management API reads and changes it; being one object makes sure that only one goes through them.
 */
export class Broadcast extends DurableObject<Env> {
  readonly #failed = new Map<string, number>();
  #failures = 0;

  /** Looks at its row at this time (ms since the epoch), whatever it was going to do. */
  async wake(at: number): Promise<void> {
    await this.ctx.storage.setAlarm(at);
  }

  override async alarm(): Promise<void> {
    const [site = '', id = ''] = (this.ctx.id.name ?? '').split(':');
    let next: number | null;
    try {
      const clock = { now: () => Date.now(), wait: (ms: number) => scheduler.wait(ms) };
      next = await runBroadcast(this.env, site, id, this.#failed, TURN, clock);
      this.#failures = 0;
    } catch (error) {
      console.warn(`The broadcast ${id} of ${site} waits and goes on.`, error);
      next = Date.now() + Math.min(RETRY_MS * 2 ** this.#failures++, MAX_RETRY_MS);
    }
    if (next === null) return;
    // It may have been woken meanwhile.
    const set = await this.ctx.storage.getAlarm();
    if (set === null || set > next) await this.ctx.storage.setAlarm(next);
  }
}

/** Lets a broadcast's object look at its row. */
export async function wakeBroadcast(env: Env, site: string, id: string, at: number): Promise<void> {
  await env.BROADCASTS.getByName(`${site}:${id}`).wake(at);
}

/** For those whose object was never told what D1 says, because somebody was interrupted in between. */
export async function wakeBroadcasts(env: Env, now: number): Promise<void> {
  for (const { site, id, at } of await broadcastsAhead(env.DB)) {
    await wakeBroadcast(env, site, id, Math.max(now, at === null ? now : Date.parse(at)));
  }
}
