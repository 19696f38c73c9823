import { DurableObject } from 'cloudflare:workers';
import type { TestVisitor } from '../campaigns/experiment.ts';
import type { AddressKind } from '../consent.ts';
import type { Env } from '../env.ts';
import { compareMessages, type StoredMessage } from '../message.ts';
import { loadSite, type Site } from '../sites.ts';
import { eventStore } from '../store/open.ts';
import { readChunks } from '../store/read-chunks.ts';
import { endOf } from './addresses.ts';
import { Aging } from './aging.ts';
import { Belonging, RETRY_MS } from './belonging.ts';
import { Campaigning } from './campaigning.ts';
import { toChunks } from './chunks.ts';
import { Codes } from './codes.ts';
import { consentHistory } from './consents.ts';
import type { Delivery, SendResult } from './deliveries.ts';
import { Departure } from './departure.ts';
import { factIds, factsToState, hash53, sessionId } from './facts.ts';
import { Holding } from './holding.ts';
import { offersIn } from './journeying.ts';
import { firstWake } from './lifetime.ts';
import { type Device, holds } from './link.ts';
import { isOrderEvent } from './orders.ts';
import { profileJson } from './profile-json.ts';
import { isAnonymous, rankOf, siteOf } from './profile-name.ts';
import { Records } from './records.ts';
import { type Replayable, replayed } from './replaying.ts';
import type {
  Asked,
  AttachInput,
  AttachResult,
  ClaimInput,
  ClaimResult,
  DetachResult,
  DisownResult,
  Elsewhere,
  IngestInput,
  IngestResult,
  InspectInput,
  InspectResult,
  Objection,
  ReadResult,
  ReceiveInput,
  ReceiveResult,
  Stale,
  SubscribeInput,
  SubscribeResult,
  Via,
} from './rpc.ts';
import { Sending } from './sending.ts';
import { lastSeenOf, type Session } from './sessions.ts';
import { addDecided, addExposures, type decidedFor, nextMoment, nothingDecided } from './state.ts';
import {
  addSubscriptions,
  boundSubscriptions,
  pruneSubscriptions,
  removeSubscription,
} from './subscriptions.ts';
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
  readonly #departure: Departure;
  readonly #campaigning: Campaigning;
  readonly #aging: Aging;
  readonly #sending: Sending;
  /** Whether something may have changed that the store has facts of. */
  #factsDue = false;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#records = new Records(this.#name, ctx.storage, eventStore(env));
    const codes = new Codes(this.#records, env.DB);
    this.#belonging = new Belonging(
      this.#name,
      this.#records,
      env,
      () => this.#settle(),
      async () => factIds(this.#name, this.#records.state, await this.#site(Date.now())),
      codes,
    );
    this.#holding = new Holding(this.#records);
    this.#departure = new Departure(
      this.#records,
      this.#belonging,
      this.#holding,
      codes,
      env,
      () => this.settle(),
      () => this.#site(Date.now()),
    );
    this.#campaigning = new Campaigning(this.#records, codes);
    this.#sending = new Sending(this.#records, this.#campaigning, env, () => this.#state());
    this.#aging = new Aging(
      this.#records,
      this.#departure,
      this.#campaigning,
      env,
      () => this.#settle(),
      (site) => this.#leaveSegments(site),
    );
  }

  /**
   * Takes over messages, each counted once however often it arrives, and says which popups they arm.
   * Resolves only when every one of them is safe in the store. When the store cannot be reached it rejects; what was
   * accepted by then is appended later all the same.
   */
  async ingest({ messages, person, trust, via, refusedBy, test }: IngestInput): Promise<IngestResult> {
    const now = Date.now();
    const site = await this.#site(now);
    await this.#records.askForAlarm();
    const required = site.settings.identity === 'required';
    const arrived: StoredMessage[] = JSON.parse(messages);
    const route = await this.#route(person, via, () =>
      this.#belonging.route(person, trust, refusedBy, required, now, arrived),
    );
    if (route.kind !== 'here') return { ...route, repeated: this.#repeated(arrived) };
    if (this.#records.behind) await this.#settle();
    // The device may have started to move, or have left, while this waited.
    const changed = await this.#route(null, via, () =>
      this.#belonging.route(null, 'claimed', null, required, now),
    );
    if (changed.kind !== 'here') return { ...changed, repeated: this.#repeated(arrived) };

    const repeated = new Set(this.#repeated(arrived));
    const news = arrived.filter(({ messageId }) => !repeated.has(messageId));
    const at = this.#moment();
    this.#accept(route.claims ? news : news.map(unclaimed), via, site, at);
    if (test !== undefined) this.#campaigning.setTest(test);
    const noted = this.#campaigning.noteSegments(news, site, at);
    this.#accept(noted, via, site, at);
    const offers = offersIn(this.#sending.advance(site, at));
    const decisions = this.#campaigning.decide(arrived, noted, offers, site, at);
    await this.#settle(sessionsOf(this.#records.state.history.sessions, news));
    await this.#lend();
    return { kind: 'stored', decisions };
  }

  /** Whether an armed popup may be painted now. A yes counts as an exposure; the same `claimId` gets the same answer. */
  async claim({ claim, via, refusedBy }: ClaimInput): Promise<ClaimResult> {
    const now = Date.now();
    const site = await this.#site(now);
    const route = await this.#route(null, via, () =>
      this.#belonging.route(null, 'claimed', refusedBy, false, now),
    );
    if (route.kind !== 'here') return route;
    if (claim.draft !== undefined) {
      const answer = this.#campaigning.preview(claim, claim.draft, site, this.#moment());
      return { kind: 'answered', answer };
    }
    const drawn = await this.#campaigning.draw(claim, site, now);
    const changed = await this.#route(null, via, () =>
      this.#belonging.route(null, 'claimed', null, false, now),
    );
    if (changed.kind !== 'here') return changed;
    const at = this.#moment();
    const standings = claim.step === undefined ? [] : this.#sending.advance(site, at);
    const isOffered = offersIn(standings).some(
      ({ campaign, step }) => campaign.id === claim.campaign && step === claim.step,
    );
    if (claim.step !== undefined && !isOffered && !this.#campaigning.hasAnswered(claim)) {
      return { kind: 'answered', answer: { show: false, reason: 'journey' } };
    }
    const { answer, counts } = this.#campaigning.claim(claim, drawn, site, at);
    if (answer.show && claim.step !== undefined) {
      this.#sending.noteShown(claim.campaign, claim.step, standings, at);
    }
    if (counts) await this.#state();
    return { kind: 'answered', answer };
  }

  /** What the inspector of a device's page shows; and whether its visitor tries campaigns out from now on. */
  async inspect(input: InspectInput): Promise<InspectResult> {
    const now = Date.now();
    const site = await this.#site(now);
    const { via, refusedBy, known, test } = input;
    if (test !== undefined) await this.#records.askForAlarm();
    const route = await this.#route(null, via, () =>
      this.#belonging.route(null, 'claimed', refusedBy, false, now),
    );
    if (route.kind !== 'here') return route;
    if (test !== undefined && known && this.#records.state.history.watermark !== null) {
      this.#campaigning.setTest(test);
      this.#records.wakeBy(firstWake(now));
    }
    const inspected = this.#campaigning.inspect(input, site, this.#moment());
    return { kind: 'inspected', json: JSON.stringify(inspected) };
  }

  /** Who is shown a popup is answered all the same; the alarm tells the store later. */
  async #state(): Promise<void> {
    this.#factsDue = true;
    try {
      await this.#settle();
    } catch (error) {
      console.warn('An exposure is kept, and told to the store later.', error);
      this.#records.wakeBy(Date.now() + RETRY_MS);
    }
  }

  /** A browser of this visitor takes push messages, or (`endpoint`) takes them no more. */
  async subscribe({ subscription, ended, known, via, refusedBy }: SubscribeInput): Promise<SubscribeResult> {
    const now = Date.now();
    await this.#records.askForAlarm();
    const route = await this.#route(null, via, () =>
      this.#belonging.route(null, 'claimed', refusedBy, false, now),
    );
    if (route.kind !== 'here') return route;
    if (subscription && !known && !this.#hasAny([subscription.endpoint, ...ended]))
      return { kind: 'unknown' };
    this.#records.write((state) => {
      for (const endpoint of ended) removeSubscription(state, endpoint, this.#name);
      if (subscription) addSubscriptions(state, [{ ...subscription, at: now, seenAt: now }]);
      boundSubscriptions(state, this.#name);
    });
    this.#records.wakeBy(firstWake(now));
    await this.#state();
    return { kind: 'subscribed' };
  }

  /** Nobody but a browser itself, and we, know its address at the push service: a worker renews it long after a token has run out. */
  #hasAny(endpoints: readonly string[]): boolean {
    return this.#records.state.subscriptions.some(({ endpoint }) => endpoints.includes(endpoint));
  }

  /** A browser that was held for another device is this one's now. */
  async dropSubscription(endpoint: string, anonymousId: string): Promise<void> {
    const isFormer = this.#records.state.subscriptions.some(
      (known) => known.endpoint === endpoint && known.anonymousId !== anonymousId,
    );
    if (!isFormer) return;
    await this.#records.askForAlarm();
    this.#records.write((state) => removeSubscription(state, endpoint, this.#name));
    await this.#state();
  }

  /** Takes a broadcast's message. Whoever asks goes on when that is written down, not when it is sent. */
  async receive({ broadcast }: ReceiveInput): Promise<ReceiveResult> {
    const site = await this.#site(Date.now());
    await this.#records.askForAlarm();
    if (!this.#records.exists) return { kind: 'passed_over' };
    // Else the person might be asked before he knows of this browser.
    await this.#belonging.handOver();
    const status = await this.#sending.receive(site, broadcast);
    if (status !== null && status !== 'due') await this.#state();
    return { kind: status === null ? 'passed_over' : 'received' };
  }

  /** Of a delivery that somebody else sends: all that it needs, a `Prepared` as JSON; `null`: it must not go out any more. */
  async prepareDelivery(id: string, tryAt: number): Promise<string | null> {
    const prepared = await this.#sending.take(await this.#site(Date.now()), id, tryAt);
    return prepared && JSON.stringify(prepared);
  }

  /** What became of it. */
  async concludeDelivery(id: string, result: SendResult, endpoint: string | null): Promise<null> {
    await this.#records.askForAlarm();
    await this.#sending.conclude(id, result, endpoint);
    return null;
  }

  /** At a person: whether a device that lends what it hears must not send this. */
  async objectTo(delivery: Delivery): Promise<Objection | Elsewhere> {
    const site = await this.#site(Date.now());
    return this.#handedOver() ?? this.#sending.objectTo(delivery, site);
  }

  /** At a person: whether what goes to such an address of his is not wanted any more. */
  async hasEnded(kind: AddressKind, topic: string | null): Promise<Objection | Elsewhere> {
    const { history } = this.#records.state;
    return this.#handedOver() ?? { kind: 'objection', reason: endOf(history, kind, topic) };
  }

  /** What was decided of campaigns lately, newest first. */
  async decisions(): Promise<ReadResult> {
    const elsewhere = this.#handedOver();
    if (elsewhere) return elsewhere;
    return { kind: 'read', json: JSON.stringify(this.#records.state.decisions.toReversed()) };
  }

  /** Why a campaign would be shown to this visitor now, or why not; or the same of a segment. */
  async explain(asked: Asked): Promise<ReadResult> {
    const now = Date.now();
    const site = await this.#site(now);
    const elsewhere = this.#handedOver();
    if (elsewhere) return elsewhere;
    if (this.#records.state.history.watermark === null) return { kind: 'read', json: null };
    return { kind: 'read', json: JSON.stringify(this.#campaigning.answer(asked, site, now)) };
  }

  /** What a campaign or a segment would have done here since a time; see {@link replayed}. */
  async replay(asked: Replayable, since: number): Promise<ReadResult> {
    const now = Date.now();
    const site = await this.#site(now);
    const folded = await readChunks(this.env.DB, site.id, this.#records.journal.folded());
    const elsewhere = this.#handedOver();
    if (elsewhere) return elsewhere;
    const chunks = new Map([...folded, ...this.#records.chunks()].map((chunk) => [chunk.id, chunk]));
    const held = { state: this.#records.state, chunks: [...chunks.values()] };
    return { kind: 'read', json: JSON.stringify(replayed(held, asked, site, since, now)) };
  }

  /** Makes this a test visitor, or (`null`) one like all others. */
  async setTest(test: TestVisitor | null): Promise<Elsewhere | null> {
    await this.#records.askForAlarm();
    const elsewhere = this.#handedOver();
    if (elsewhere) return elsewhere;
    this.#campaigning.setTest(test);
    this.#records.wakeBy(firstWake(Date.now()));
    return null;
  }

  /** Writes nothing. */
  async read(): Promise<ReadResult> {
    const elsewhere = this.#moved();
    if (elsewhere) return elsewhere;
    const { settings } = await this.#site(Date.now());
    const { history } = this.#records.state;
    const json =
      history.watermark === null ? null : JSON.stringify(profileJson(history, settings, this.#records.state));
    return { kind: 'read', json };
  }

  /** Messages, decisions and deliveries before `cursor`, newest first. */
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
    const { journal } = this.#records;
    const folded = journal.folded().length > 0;
    if (journal.touchesFolded(input.chunks) || (folded && this.#holding.rewrites(input, now))) {
      await this.#belonging.unfold();
    }
    this.#holding.attach(input, site, this.#moment());
    this.#records.wakeBy(firstWake(now));
    if (!input.last) return { kind: 'attached' };
    // What was about to be said there is said here.
    this.#sending.advance(site, this.#moment());
    this.#factsDue = true;
    await this.#settle();
    return { kind: 'attached' };
  }

  /** The device belongs to somebody else now. What it said before stays. */
  async detach(device: Device): Promise<DetachResult> {
    const elsewhere = this.#moved();
    if (elsewhere) return elsewhere;
    if (!this.#records.exists) return { kind: 'detached', told: [] };
    this.#factsDue = true;
    const told = this.#holding.detach(device);
    this.#records.wakeBy(Date.now() + RETRY_MS);
    return { kind: 'detached', told };
  }

  /** At an e-mail, phone or card: it is this person's; `certain`: a server said so, or a proof. */
  async join(person: string, certain: boolean): Promise<void> {
    await this.#records.askForAlarm();
    if (person === this.#name || rankOf(person) <= rankOf(this.#name)) return;
    await this.#belonging.join(person, certain, Date.now());
  }

  /** At a device: see {@link Departure.forget}. */
  forget(): Promise<void> {
    return this.#departure.forget();
  }

  /** At a person: erases what one of its devices has sent, here and in the store, and takes no more of it. */
  async forgetDevice(anonymousId: string): Promise<Elsewhere | null> {
    await this.#belonging.handOver();
    const elsewhere = this.#moved();
    if (!elsewhere) await this.#departure.forgetDevice(anonymousId);
    return elsewhere;
  }

  /** At a person: see {@link Departure.disown}. */
  async disown(anonymousId: string): Promise<DisownResult> {
    return this.#moved() ?? { kind: 'disowned', found: await this.#departure.disown(anonymousId) };
  }

  /** At a device: it belongs to nobody, if it was one of these people's. */
  leave(people: string[]): void {
    const { link } = this.#records.state;
    if (!link || !people.includes(link.person)) return;
    this.#records.write((state) => {
      state.epoch = nextMoment(state, Math.max(link.epoch + 1, Date.now()));
      state.own = [...state.own, ...this.#records.chunks().map(({ id }) => id)];
      state.link = null;
      state.unlent = [];
    });
    this.#records.wakeBy(firstWake(Date.now()));
  }

  /**
   * At a device: what a person gives back. It is told to the store by {@link settle}, when the person has let go of it.
   *
   * @param decided what was decided for the device, as JSON; see {@link decidedFor}
   */
  async takeBack(messages: string, decided: string): Promise<void> {
    const now = Date.now();
    const site = await this.#site(now);
    await this.#records.askForAlarm();
    const records = this.#records;
    const before = records.lastPlace;
    this.#accept(JSON.parse(messages), null, site, this.#moment());
    records.write((state) => {
      state.own = [...state.own, ...records.chunks(before).map(({ id }) => id)];
      // Somebody else may have it by now, and would be given them.
      if (state.link) return;
      const { exposures, ...others }: ReturnType<typeof decidedFor> = JSON.parse(decided);
      addExposures(state, exposures);
      addDecided(state, { ...nothingDecided(), ...others });
      boundSubscriptions(state, this.#name);
    });
  }

  /**
   * Tells the store what it does not know yet.
   *
   * @param revision of the facts that another object has taken back
   */
  async settle(revision = 0): Promise<void> {
    this.#factsDue = true;
    const { state } = this.#records;
    // What the other has taken back is told again, after that.
    if (revision > 0) state.stated = {};
    state.revision = Math.max(state.revision, revision);
    await this.#settle();
  }

  /** Everything that is held of a person, as JSON. */
  async export(): Promise<ReadResult> {
    const elsewhere = this.#moved();
    if (elsewhere && this.#records.state.link?.phase === 'moved') return elsewhere;
    const site = await this.#site(Date.now());
    const { state } = this.#records;
    const all = await timelineOf(this.#records, this.env.DB, site.id, null, Number.POSITIVE_INFINITY);
    if (state.history.watermark === null) return { kind: 'read', json: null };
    const { devices, exposures, refusals, decisions, segments, coupons } = state;
    const { journeys, deliveries, subscriptions } = state;
    const { facts } = factsToState(this.#name, { ...state, link: null, stated: {} }, site, Date.now());
    const json = JSON.stringify({
      profile: profileJson(state.history, site.settings, state),
      consents: consentHistory(state.history.consents, state.history.claimedConsents),
      timeline: all.items,
      devices,
      exposures,
      refusals,
      decisions,
      segments,
      coupons,
      journeys,
      deliveries,
      subscriptions,
      facts: facts.map(({ kind, key, row }) => ({ kind, key, row: JSON.parse(row ?? 'null') })),
    });
    return { kind: 'read', json };
  }

  /** See {@link Departure.erase}. Of a device that belongs to nobody for certain, erases what it has sent. */
  async erase(): Promise<Elsewhere | null> {
    const { link } = this.#records.state;
    if (link?.phase === 'moved') return { kind: 'elsewhere', person: link.person, epoch: link.epoch };
    await this.#departure.end();
    return null;
  }

  /** Goes with the person to whom it belongs; what was put aside goes also where it is somebody else's by now. */
  async eraseAsPartOf(people: string[]): Promise<void> {
    const { link } = this.#records.state;
    if (link && people.includes(link.person)) return this.#records.erase(Date.now() + RETRY_MS);
    this.#records.eraseSealed();
    await this.#settle();
  }

  /** At a person: whether a device in this epoch is his. */
  has(device: Device): boolean {
    return holds(this.#records.state.devices, device);
  }

  override async alarm(info?: AlarmInvocationInfo): Promise<void> {
    const records = this.#records;
    records.woken();
    if (!records.exists) return;
    try {
      const now = Date.now();
      const site = await this.#site(now);
      if (records.state.forgetting) return await this.#departure.end();
      await this.#belonging.handOver();
      await this.#send(site, now);
      const { erasing, unlent } = records.state;
      this.#factsDue = true;
      await this.#settle();
      await this.#belonging.lend();
      if (erasing.length + unlent.length > 0) records.write(() => {});
      await this.#departure.purgeAgain();
      await this.#aging.age(site, now);
    } catch (error) {
      console.warn('What could not be passed on is kept and tried again.', info?.retryCount ?? 0, error);
      const failures = records.failed();
      records.wakeBy(Date.now() + Math.min(RETRY_MS * 2 ** failures, MAX_RETRY_MS));
    }
  }

  /** What journeys have to say goes out, whatever becomes of all else. */
  async #send(site: Site, now: number): Promise<void> {
    try {
      if (this.#records.state.subscriptions.length > 0) {
        const seen = lastSeenOf(this.#records.state.history);
        const before = this.#records.state.subscriptions.length;
        pruneSubscriptions(this.#records.state, seen, now, this.#name);
        if (this.#records.state.subscriptions.length < before) this.#records.write(() => {});
      }
      this.#sending.advance(site, now);
      await this.#sending.sendDue(site);
      this.#sending.advance(site, Date.now());
    } catch (error) {
      console.warn('What could not be sent is kept and tried again.', error);
      this.#records.wakeBy(Date.now() + RETRY_MS);
    }
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

  /** Who decides on campaigns in its place; a device that lends what it hears decides itself. */
  #handedOver(): Elsewhere | null {
    const { link } = this.#records.state;
    return link?.phase === 'moved' ? { kind: 'elsewhere', person: link.person, epoch: link.epoch } : null;
  }

  /** Who answers for this object. */
  #moved(): Elsewhere | null {
    const { link } = this.#records.state;
    return link && link.phase !== 'moving'
      ? { kind: 'elsewhere', person: link.person, epoch: link.epoch }
      : null;
  }

  #moment(): number {
    return nextMoment(this.#records.state, Date.now());
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
    const { history, epoch, link } = records.state;
    const sessions = history.olderSessions + history.sessions.length;
    const ofNobody = isAnonymous(this.#name) ? (link?.epoch ?? (epoch || now)) : 0;
    records.append(toChunks(sorted, { epoch: via?.epoch ?? ofNobody, currency }, now), sorted);
    // No await since the write: both are stored, or neither is.
    records.wakeBy(firstWake(now));
    const after = records.state.history;
    this.#factsDue ||=
      sorted.some(
        ({ source, event = '' }) =>
          source !== undefined || event === 'push_clicked' || site.program.watches.has(event),
      ) ||
      after !== history ||
      after.olderSessions + after.sessions.length !== sessions ||
      sorted.some(
        (message) =>
          message.event === undefined || message.userId || message.identifiers || isOrderEvent(message),
      );
  }

  /** Brings the store up to what is here. */
  async #settle(growing: ReadonlySet<string> = new Set()): Promise<void> {
    let goals = false;
    try {
      await this.#records.settle(async () => {
        if (!this.#factsDue) return null;
        const now = Date.now();
        const site = await this.#site(now);
        this.#factsDue = false;
        this.#campaigning.catchUp(site);
        const { state } = this.#records;
        const stating = factsToState(this.#name, state, site, now, growing);
        goals = stating.facts.some(({ kind }) => kind === 'goal');
        return { ...stating, retracted: state.retracted };
      });
      // What is forgotten to have been stated could not be taken back.
      if (goals) this.#records.write(() => {});
    } catch (error) {
      this.#factsDue = true;
      throw error;
    }
  }

  async #leaveSegments(site: Site): Promise<void> {
    const at = this.#moment();
    const left = this.#campaigning.noteSegmentsLeft(site, at);
    if (left.length === 0) return;
    this.#accept(left, null, site, at);
    await this.#settle();
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

  get #name(): string {
    return this.ctx.id.name ?? '';
  }

  async #site(now: number): Promise<Site> {
    const site = await loadSite(this.env, siteOf(this.#name), now);
    if (!site) throw new Error(`The site of ${this.#name} does not exist.`);
    return site;
  }
}

/** The sessions, as facts are called, to which these messages were added. */
function sessionsOf(sessions: readonly Session[], messages: readonly StoredMessage[]): Set<string> {
  const ids = new Set(messages.map(({ anonymousId }) => anonymousId));
  const times = messages.map(({ timestamp }) => Date.parse(timestamp));
  const touched = sessions.filter(
    ({ anonymousId, start, end }) =>
      ids.has(anonymousId) && times.some((time) => time >= start && time <= end),
  );
  return new Set(touched.map(sessionId));
}

/** What is said of a user id without the proof that the site requires does not count. */
function unclaimed({ userId, ...message }: StoredMessage): StoredMessage {
  return userId === undefined ? message : { ...message, claimedUserId: userId };
}
