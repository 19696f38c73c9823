import { DurableObject } from 'cloudflare:workers';
import type { Decision } from '../campaigns/decide.ts';
import { type Cause, decide } from '../campaigns/decide.ts';
import type { Env } from '../env.ts';
import { compareMessages, type StoredMessage } from '../message.ts';
import { loadSite, type Site } from '../sites.ts';
import { eventStore } from '../store/open.ts';
import { answerClaim } from './answer-claim.ts';
import { audienceData } from './audience-data.ts';
import { Belonging, RETRY_MS } from './belonging.ts';
import { type StoredChunk, toChunks } from './chunks.ts';
import { factsToState, hash53 } from './facts.ts';
import { Holding } from './holding.ts';
import { DAY_MS, fateOf, firstWake, foldUntil, timeOfUuidv7 } from './lifetime.ts';
import { type Device, holds } from './link.ts';
import { isOrderEvent } from './orders.ts';
import { pageOf } from './page.ts';
import { profileJson } from './profile-json.ts';
import { deviceName, isAnonymous, rankOf, siteOf } from './profile-name.ts';
import { Records } from './records.ts';
import type {
  AttachInput,
  AttachResult,
  ClaimInput,
  ClaimResult,
  DisownResult,
  Elsewhere,
  IngestInput,
  IngestResult,
  ReadResult,
  Stale,
  Via,
} from './rpc.ts';
import { addExposures, addRefusal } from './state.ts';
import { type Cursor, timelineOf } from './timeline.ts';

/** The wait after a failure doubles with each further one, up to this, ms. */
const MAX_RETRY_MS = 3_600_000;

/**
 * A device, a known person, or an e-mail or phone whose person is not known yet. A thin shell: it loads, calls the
 * pure functions beside it, and stores.
 *
 * Every entry point first awaits what it needs from outside, then works without an await up to its write, so that no
 * other request sees half of it.
 */
export class Profile extends DurableObject<Env> {
  readonly #records: Records;
  readonly #belonging: Belonging;
  readonly #holding: Holding;
  /** Whether something may have changed that the store has facts of. */
  #factsDue = false;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#records = new Records(this.#name, ctx.storage, eventStore(env));
    this.#belonging = new Belonging(this.#name, this.#records, env, () => this.#settle());
    this.#holding = new Holding(this.#records);
  }

  /**
   * Takes over messages, each counted once however often it arrives, and says which popups they arm.
   * Resolves only when every one of them is safe in the store. When the store cannot be reached it rejects; what was
   * accepted by then is appended later all the same.
   */
  async ingest({ messages, person, trust, via, refusedBy }: IngestInput): Promise<IngestResult> {
    const now = Date.now();
    const site = await this.#site(now);
    await this.#records.askForAlarm();
    const required = site.settings.identity === 'required';
    const route = await this.#route(person, via, () =>
      this.#belonging.route(person, trust, refusedBy, required, now),
    );
    const arrived: StoredMessage[] = JSON.parse(messages);
    if (route.kind !== 'here') return { ...route, repeated: this.#repeated(arrived) };
    if (this.#records.behind) await this.#settle();
    // The device may have started to move, or have left, while this waited.
    const changed = await this.#route(null, via, () =>
      this.#belonging.route(null, 'claimed', null, required, now),
    );
    if (changed.kind !== 'here') return { ...changed, repeated: this.#repeated(arrived) };

    const repeated = new Set(this.#repeated(arrived));
    const news = arrived.filter(({ messageId }) => !repeated.has(messageId));
    this.#accept(route.claims ? news : news.map(unclaimed), via, site, now);
    const decisions = this.#decide(arrived, site, now);
    await this.#settle();
    await this.#lend();
    return { kind: 'stored', decisions };
  }

  /** Whether an armed popup may be painted now. A yes counts as an exposure; the same `claimId` gets the same answer. */
  async claim({ claim, via }: ClaimInput): Promise<ClaimResult> {
    const now = Date.now();
    const site = await this.#site(now);
    const route = await this.#route(null, via, () =>
      this.#belonging.route(null, 'claimed', null, false, now),
    );
    if (route.kind !== 'here') return route;
    const { answer, exposure, refusal } = answerClaim(this.#records.state, claim, site.campaigns, now);
    if (exposure || refusal) {
      this.#records.write((state) => {
        if (exposure) addExposures(state, [exposure]);
        if (refusal) addRefusal(state, refusal);
      });
    }
    return { kind: 'answered', answer };
  }

  /** Writes nothing. */
  async read(): Promise<ReadResult> {
    const elsewhere = this.#moved();
    if (elsewhere) return elsewhere;
    const { settings } = await this.#site(Date.now());
    const { history } = this.#records.state;
    const json = history.watermark === null ? null : JSON.stringify(profileJson(history, settings));
    return { kind: 'read', json };
  }

  /** Messages and decisions before `cursor`, newest first. */
  async timeline(cursor: Cursor | null, limit: number): Promise<ReadResult> {
    const elsewhere = this.#moved();
    if (elsewhere) return elsewhere;
    const page = await timelineOf(this.#records, this.env.DB, siteOf(this.#name), cursor, limit);
    return { kind: 'read', json: JSON.stringify(page) };
  }

  /** Takes over what a device, or an e-mail or phone, holds. Repeating it changes nothing. */
  async attach(input: AttachInput): Promise<AttachResult> {
    const now = Date.now();
    const site = await this.#site(now);
    await this.#records.askForAlarm();
    const route = await this.#route(null, null, () => Promise.resolve({ kind: 'here', claims: true }));
    if (route.kind === 'elsewhere') return route;
    this.#holding.attach(input, site);
    this.#records.wakeBy(firstWake(now));
    if (!input.last) return { kind: 'attached' };
    this.#factsDue = true;
    await this.#settle();
    return { kind: 'attached' };
  }

  /**
   * The device belongs to somebody else now. What it said before stays.
   *
   * @returns hashes of the messages that came last, by which the device knows them when they come again
   */
  async detach(device: Device): Promise<number[]> {
    this.#factsDue = true;
    return this.#holding.detach(device);
  }

  /** At an e-mail, phone or card: it is this person's. The first one stays. */
  async join(person: string): Promise<void> {
    await this.#records.askForAlarm();
    if (person === this.#name || rankOf(person) <= rankOf(this.#name)) return;
    await this.#belonging.join(person, Date.now());
  }

  /**
   * At a device: erases all that it holds, here and in the store. From the first call on it takes nothing more until
   * that is done.
   *
   * @param forgotten whether all people whom the device has belonged to have forgotten it
   * @returns those people, who must forget it first; empty when everything is erased
   */
  async forget(forgotten: boolean): Promise<string[]> {
    await this.#belonging.handOver();
    const { link, formerly } = this.#records.state;
    const people = [...new Set([...(link ? [link.person, ...link.before] : []), ...formerly])];
    if (people.length > 0 && !forgotten) return people;
    await this.#records.erase(Date.now() + RETRY_MS);
    return [];
  }

  /** At a person: erases what one of its devices has sent, here and in the store, and takes no more of it. */
  async forgetDevice(anonymousId: string): Promise<Elsewhere | null> {
    await this.#belonging.handOver();
    const elsewhere = this.#moved();
    if (elsewhere || !this.#records.exists) return elsewhere;
    await this.#release(anonymousId);
    this.#records.wakeAt(Date.now() + RETRY_MS);
    await this.#settle();
    return null;
  }

  /**
   * At a person: a device turned out not to be his. All that it has said goes back to it; it belongs to nobody until
   * somebody identifies on it again, and what it said until now is never handed over again.
   *
   * @returns whether the person had the device
   */
  async disown(anonymousId: string): Promise<DisownResult> {
    const elsewhere = this.#moved();
    if (elsewhere) return elsewhere;
    const found = this.#records.state.devices.some((known) => known.anonymousId === anonymousId);
    if (!found) return { kind: 'disowned', found };
    const device = this.env.PROFILES.getByName(deviceName(siteOf(this.#name), anonymousId));
    const { people } = await device.belongsTo();
    const current =
      people.includes(this.#name) || people.some((name) => this.#records.state.contacts.includes(name));
    // The copy first: what is told twice counts once, what is lost in between would be gone.
    const theirs = await this.#theirs(anonymousId);
    await device.takeBack(theirs, current);
    await this.#release(anonymousId);
    await this.#settle();
    return { kind: 'disowned', found };
  }

  /** At a device: whom it belongs to now. */
  belongsTo(): { people: string[] } {
    const { link } = this.#records.state;
    return { people: link ? [link.person] : [] };
  }

  /** At a device: what a person gives back, and that it belongs to him no more. */
  async takeBack(messages: string, unlink: boolean): Promise<void> {
    const now = Date.now();
    const site = await this.#site(now);
    await this.#records.askForAlarm();
    const records = this.#records;
    if (unlink) {
      records.write((state) => {
        state.epoch = Math.max((state.link?.epoch ?? 0) + 1, now);
        state.link = null;
        state.unlent = [];
      });
    }
    this.#accept(JSON.parse(messages), null, site, now);
    records.write((state) => {
      state.sealed = records.lastPlace;
    });
    await this.#settle();
  }

  /** Everything that is held of a person, as JSON. */
  async export(): Promise<ReadResult> {
    const elsewhere = this.#moved();
    if (elsewhere) return elsewhere;
    const site = await this.#site(Date.now());
    const { state } = this.#records;
    const all = await timelineOf(this.#records, this.env.DB, site.id, null, Number.POSITIVE_INFINITY);
    if (state.history.watermark === null) return { kind: 'read', json: null };
    const { devices, exposures, refusals } = state;
    const { facts } = factsToState(this.#name, { ...state, stated: {} }, site, Date.now());
    const json = JSON.stringify({
      profile: profileJson(state.history, site.settings),
      timeline: all.items,
      devices,
      exposures,
      refusals,
      facts: facts.map(({ kind, key, row }) => ({ kind, key, row: JSON.parse(row ?? 'null') })),
    });
    return { kind: 'read', json };
  }

  /**
   * Erases a person: his devices, e-mails and phones, and everything that he has done, here and in the store. It goes
   * on by itself when it is interrupted, and takes nothing more until it is done.
   */
  async erase(): Promise<Elsewhere | null> {
    const elsewhere = this.#moved();
    if (elsewhere) return elsewhere;
    if (this.#records.exists) await this.#eraseAll();
    return null;
  }

  async #eraseAll(): Promise<void> {
    const records = this.#records;
    records.write((state) => {
      state.forgetting = true;
    });
    records.wakeAt(Date.now() + RETRY_MS);
    const { devices, contacts } = records.state;
    const mine = [this.#name, ...contacts];
    for (const { anonymousId, left } of devices) {
      if (left) continue;
      await this.env.PROFILES.getByName(deviceName(siteOf(this.#name), anonymousId)).eraseAsPartOf(mine);
    }
    for (const contact of contacts) await this.env.PROFILES.getByName(contact).eraseAsPartOf(mine);
    await records.erase(Date.now() + RETRY_MS);
  }

  /** Goes with the person to whom it belongs, if it is still one of these. */
  async eraseAsPartOf(people: string[]): Promise<void> {
    const { link } = this.#records.state;
    if (link && people.includes(link.person)) await this.#records.erase(Date.now() + RETRY_MS);
  }

  override async alarm(info?: AlarmInvocationInfo): Promise<void> {
    const records = this.#records;
    records.woken();
    if (!records.exists) return;
    try {
      const now = Date.now();
      const site = await this.#site(now);
      if (records.state.forgetting) return await this.#eraseAll();
      await this.#belonging.handOver();
      const { erasing, unlent } = records.state;
      this.#factsDue = true;
      await this.#settle();
      await this.#belonging.lend();
      if (erasing.length + unlent.length > 0) records.write(() => {});
      await this.#age(site, now);
    } catch (error) {
      console.warn('What could not be passed on is kept and tried again.', info?.retryCount ?? 0, error);
      const failures = records.failed();
      records.wakeBy(Date.now() + Math.min(RETRY_MS * 2 ** failures, MAX_RETRY_MS));
    }
  }

  /** Folds what is old into totals, and ends what has been idle for too long. */
  async #age(site: Site, now: number): Promise<void> {
    const records = this.#records;
    const { state, journal } = records;
    const heldSince = () => {
      const oldest = records.oldestChunk();
      return oldest === null ? null : timeOfUuidv7(oldest);
    };
    const until = foldUntil(heldSince(), records.chunkCount(), now);
    if (until !== null && state.link === null) {
      const kept = now - site.settings.retentionDays * DAY_MS;
      records.write(() => journal.fold(until, site.settings.currency, (id) => timeOfUuidv7(id) >= kept));
    }
    const fate = fateOf(state, site.settings, heldSince(), now);
    if (fate.kind === 'erase') return this.#eraseAll();
    if (fate.kind === 'expire') return records.expire();
    records.wakeBy(fate.at);
  }

  /** Where a request must go, if not here. */
  async #route(
    person: string | null,
    via: Via,
    ofDevice: () => Promise<{ kind: 'here'; claims: boolean } | Elsewhere>,
  ): Promise<{ kind: 'here'; claims: boolean } | Elsewhere | Stale> {
    if (isAnonymous(this.#name)) return ofDevice();
    await this.#belonging.handOver();
    const { link, forgetting, devices } = this.#records.state;
    if (forgetting) throw new Error('This person is being erased.');
    if (link) return { kind: 'elsewhere', person: link.person, epoch: via?.epoch ?? link.epoch };
    if (via === null) return { kind: 'here', claims: true };
    const weaker = person === null || person === this.#name || rankOf(person) < rankOf(this.#name);
    return weaker && holds(devices, via) ? { kind: 'here', claims: true } : { kind: 'stale' };
  }

  /** Which of these an earlier person of this device has: the answer to them was lost. */
  #repeated(arrived: readonly StoredMessage[]): string[] {
    const foreign = new Set(this.#records.state.foreign);
    if (foreign.size === 0) return [];
    return arrived.flatMap(({ messageId }) => (foreign.has(hash53(messageId)) ? [messageId] : []));
  }

  /** Who answers for this object. */
  #moved(): Elsewhere | null {
    const { link } = this.#records.state;
    return link && link.phase !== 'moving'
      ? { kind: 'elsewhere', person: link.person, epoch: link.epoch }
      : null;
  }

  /** Counts and stores what is new among `arrived`. */
  #accept(arrived: readonly StoredMessage[], via: Via, site: Site, now: number): void {
    const records = this.#records;
    const { journal } = records;
    const fresh = new Map<string, StoredMessage>();
    for (const message of arrived) {
      const { messageId } = message;
      if (!fresh.has(messageId) && !journal.knows(messageId)) fresh.set(messageId, message);
    }
    if (fresh.size === 0) return;

    const sorted = [...fresh.values()].sort(compareMessages);
    const { currency } = site.settings;
    const { history, epoch } = records.state;
    const sessions = history.olderSessions + history.sessions.length;
    const ofNobody = isAnonymous(this.#name) ? epoch || now : 0;
    records.append(toChunks(sorted, { epoch: via?.epoch ?? ofNobody, currency }), sorted);
    // No await since the write: both are stored, or neither is.
    records.wakeBy(firstWake(now));
    const after = records.state.history;
    this.#factsDue ||=
      after !== history ||
      after.olderSessions + after.sessions.length !== sessions ||
      sorted.some((message) => message.event === undefined || message.userId || isOrderEvent(message));
  }

  /** Brings the store up to what is here. */
  async #settle(): Promise<void> {
    try {
      await this.#records.settle(async () => {
        if (!this.#factsDue) return null;
        const now = Date.now();
        const site = await this.#site(now);
        this.#factsDue = false;
        return factsToState(this.#name, this.#records.state, site, now);
      });
    } catch (error) {
      this.#factsDue = true;
      throw error;
    }
  }

  /** Who has lent something is answered all the same; the alarm brings it later. */
  async #lend(): Promise<void> {
    try {
      await this.#belonging.lend();
    } catch (error) {
      console.warn('What could not be lent is kept and tried again.', error);
      this.#records.wakeBy(Date.now() + RETRY_MS);
    }
  }

  async #theirs(anonymousId: string): Promise<string> {
    await this.#belonging.unfold();
    const lent = new Set(this.#records.chunks().flatMap(({ id, head }) => (head.unverified ? [id] : [])));
    const own = this.#records.chunks().filter(({ id }) => !lent.has(id));
    return JSON.stringify(
      own
        .flatMap(({ messages }) => JSON.parse(messages) as StoredMessage[])
        .filter((message) => message.anonymousId === anonymousId),
    );
  }

  async #release(anonymousId: string): Promise<StoredChunk[]> {
    const site = await this.#site(Date.now());
    await this.#settle();
    await this.#belonging.unfold();
    this.#factsDue = true;
    return this.#holding.release(anonymousId, site);
  }

  /** Repeated messages may cause decisions too: the answer to their first copy may have been lost. */
  #decide(arrived: readonly StoredMessage[], site: Site, now: number): Decision[] {
    const { history, exposures } = this.#records.state;
    const causes = arrived.flatMap((message): Cause[] => {
      const { messageId, anonymousId, event } = message;
      if (event === undefined || anonymousId === undefined) return [];
      if (message.bot && site.settings.hidePopupsFromBots) return [];
      return [
        { messageId, event, data: () => audienceData(history, anonymousId, message, pageOf(message), now) },
      ];
    });
    return decide(site.campaigns, causes, exposures);
  }

  get #name(): string {
    return this.ctx.id.name ?? '';
  }

  async #site(now: number): Promise<Site> {
    const site = await loadSite(this.env.DB, siteOf(this.#name), now);
    if (!site) throw new Error(`The site of ${this.#name} does not exist.`);
    return site;
  }
}

/** What is said of a user id without the proof that the site requires does not count. */
function unclaimed({ userId, ...message }: StoredMessage): StoredMessage {
  return userId === undefined ? message : { ...message, claimedUserId: userId };
}
