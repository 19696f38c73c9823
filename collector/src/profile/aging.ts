import type { Env } from '../env.ts';
import type { Site } from '../sites.ts';
import { timeOfId } from '../store/chunk-id.ts';
import type { Campaigning } from './campaigning.ts';
import type { Departure } from './departure.ts';
import { DAY_MS, fateOf, foldUntil } from './lifetime.ts';
import type { Link } from './link.ts';
import { anonymousIdOf, isAnonymous } from './profile-name.ts';
import type { Records } from './records.ts';
import { retractSegments } from './take-in.ts';

/**
 * How an object grows old: what is a month old is folded into totals, and what has been idle for too long ends. Whoever
 * is in a segment that ends with time is looked at once a day: that is one row written, the alarm.
 */
export class Aging {
  readonly #records: Records;
  readonly #departure: Departure;
  readonly #campaigning: Campaigning;
  readonly #env: Env;
  /** Brings the store up to what is here. */
  readonly #settle: () => Promise<void>;
  /** Takes the visitor out of the segments that he has left by now. */
  readonly #leaveSegments: (site: Site) => Promise<void>;

  constructor(
    records: Records,
    departure: Departure,
    campaigning: Campaigning,
    env: Env,
    settle: () => Promise<void>,
    leaveSegments: (site: Site) => Promise<void>,
  ) {
    this.#records = records;
    this.#departure = departure;
    this.#campaigning = campaigning;
    this.#env = env;
    this.#settle = settle;
    this.#leaveSegments = leaveSegments;
  }

  /** Folds what is old into totals, and ends what has been idle for too long. */
  async age(site: Site, now: number): Promise<void> {
    const records = this.#records;
    const { state, journal } = records;
    const heldSince = () => {
      const oldest = records.oldestChunk();
      return oldest === null ? null : timeOfId(oldest);
    };
    const until = foldUntil(heldSince(), records.chunkCount(), now);
    this.#campaigning.catchUp(site);
    if (until !== null && state.link?.phase !== 'moved' && state.unlent.length === 0) {
      const kept = now - site.settings.retentionDays * DAY_MS;
      records.write(() => journal.fold(until, site.settings.currency, (id) => timeOfId(id) >= kept));
    }
    const fate = fateOf(state, site.settings, heldSince(), now);
    if (fate.kind === 'erase' && state.link?.phase === 'moved')
      return this.#endPointer(state.link, site, now);
    if (fate.kind === 'erase') return this.#departure.end();
    if (fate.kind === 'expire') return this.#expire();
    await this.#leaveSegments(site);
    records.wakeBy(this.#campaigning.leavesSomeDay(site) ? Math.min(fate.at, now + DAY_MS) : fate.at);
  }

  /** The store keeps what it has, but nobody is in a segment for ever. */
  async #expire(): Promise<void> {
    const records = this.#records;
    const segments = Object.keys(records.state.segments);
    if (segments.length > 0) {
      records.write((state) => {
        state.segments = {};
        retractSegments(state, segments, records.name);
      });
      await this.#settle();
    }
    await records.expire();
  }

  /** Where a device's messages went long ago: that is kept as long as the person has it. */
  async #endPointer(link: Link, { settings }: Site, now: number): Promise<void> {
    const { name } = this.#records;
    const device = { anonymousId: anonymousIdOf(name), epoch: link.epoch };
    if (isAnonymous(name) && (await this.#env.PROFILES.getByName(link.person).has(device))) {
      this.#records.wakeBy(now + settings.retentionDays * DAY_MS);
      return;
    }
    this.#records.eraseSealed();
    await this.#settle();
    await this.#records.expire();
  }
}
