import { leaveCodes, leaveCodesBefore } from '../campaigns/coupon-holders.ts';
import { forgetHolder, moveCodes, takeCode } from '../campaigns/coupons.ts';
import { setOwn } from '../message.ts';
import { siteOf } from './profile-name.ts';
import type { Records } from './records.ts';
import type { State } from './state.ts';

/**
 * The coupon codes of one profile. The database says whose each is, the state has a copy: a code that is being drawn is
 * not in the state yet, so who hands over or forgets waits for it, and asks the database whatever the state says.
 */
export class Codes {
  readonly #records: Records;
  readonly #db: D1Database;
  readonly #drawing = new Set<Promise<unknown>>();

  constructor(records: Records, db: D1Database) {
    this.#records = records;
    this.#db = db;
  }

  /** Codes from these pools, as far as there are any. None for an object that is about to go, or that knows nobody. */
  draw(pools: readonly string[], anonymousId: string, now: number): Promise<State['coupons']> {
    const drawing = this.#draw(pools, anonymousId, now);
    this.#drawing.add(drawing);
    return drawing.finally(() => this.#drawing.delete(drawing));
  }

  async #draw(pools: readonly string[], anonymousId: string, now: number): Promise<State['coupons']> {
    const { name } = this.#records;
    const { forgetting, link, history, aside } = this.#records.state;
    const drawn: State['coupons'] = {};
    if (pools.length === 0 || forgetting || (link && link.phase !== 'lending') || history.watermark === null)
      return drawn;
    if (aside > 0) await leaveCodesBefore(this.#db, siteOf(name), name, aside);
    for (const pool of pools) {
      const taken = await takeCode(this.#db, siteOf(name), pool, name, now);
      if (taken.kind !== 'code' || taken.used) continue;
      setOwn(drawn, pool, { code: taken.code, expiresAt: taken.expiresAt, at: now, anonymousId });
    }
    return drawn;
  }

  /** Gives them to a person, but for those of a time that was put aside. */
  async handOver(person: string): Promise<void> {
    await this.#rest();
    const { name, state } = this.#records;
    if (state.aside > 0) await leaveCodesBefore(this.#db, siteOf(name), name, state.aside);
    await moveCodes(this.#db, siteOf(name), name, person);
  }

  /** What was handed over to an e-mail, phone or card goes on to whose it has turned out to be. */
  passOn(contact: string, person: string): Promise<void> {
    return moveCodes(this.#db, siteOf(contact), contact, person);
  }

  /** Those that were shown on one device are nobody's. */
  async leaveOf(anonymousId: string): Promise<void> {
    const { name, state } = this.#records;
    const theirs = Object.entries(state.coupons).flatMap(([pool, held]) =>
      held.anonymousId === anonymousId ? [{ pool, code: held.code }] : [],
    );
    if (theirs.length > 0) await leaveCodes(this.#db, siteOf(name), name, theirs);
  }

  /** Nothing says any more that they were this profile's. */
  async forget(): Promise<void> {
    await this.#rest();
    await forgetHolder(this.#db, siteOf(this.#records.name), this.#records.name);
  }

  async #rest(): Promise<void> {
    await Promise.allSettled([...this.#drawing]);
  }
}
