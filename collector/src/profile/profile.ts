import { DurableObject } from 'cloudflare:workers';
import type { PopupContent } from '../../../sdk/src/message.ts';
import { contentFor } from '../campaigns/content.ts';
import { type Cause, type Decision, decide } from '../campaigns/decide.ts';
import { closedGate } from '../campaigns/gates.ts';
import type { Env } from '../env.ts';
import { compareMessages, type StoredMessage } from '../message.ts';
import { loadSite, type Site } from '../sites.ts';
import { D1EventStore } from '../store/d1.ts';
import type { EventStore } from '../store/event-store.ts';
import { audienceData } from './audience-data.ts';
import { type StoredChunk, toChunks } from './chunks.ts';
import { emptyHistory, extend, isNewer } from './history.ts';
import { NO_PAGE, pageOf } from './page.ts';
import { profileJson } from './profile-json.ts';
import { siteOf } from './profile-name.ts';
import { ProfileTable } from './profile-table.ts';
import { addExposure, addRefusal, emptyState, type State } from './state.ts';

/** How long after a batch the object looks whether the store still lacks something, ms. */
const RECHECK_MS = 10 * 60_000;
/** How long after a failed append it tries again, ms. */
const RETRY_MS = 15_000;

export interface ClaimInput {
  anonymousId: string;
  campaign: string;
  version: number;
  variant: string;
  claimId: string;
}
export type ClaimResult = { show: true; content: PopupContent } | { show: false; reason: string };

/**
 * One visitor. A thin shell: it loads, calls the pure functions beside it, and stores.
 *
 * The state in memory is the truth while the object lives. Every entry point first awaits what it needs from outside,
 * then works without an await up to its write, so that no other request sees half of it.
 */
export class Profile extends DurableObject<Env> {
  readonly #table: ProfileTable;
  readonly #store: EventStore;
  /** What is on disk, once it was read. */
  #state: State | null = null;
  #messageIds: Set<string> | null = null;
  /** Whether an alarm is set, once it was asked. It is never moved later: it wakes, looks, and is set again. */
  #alarmSet: boolean | null = null;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#table = new ProfileTable(ctx.storage);
    this.#store = new D1EventStore(env.DB);
  }

  /**
   * Takes over messages, each counted once however often it arrives, and says which popups they arm.
   * Resolves only when every one of them is safe in the store; rejects when the store cannot be reached, and the
   * messages are then kept and appended later all the same.
   *
   * @param messages `StoredMessage[]` as JSON: text keeps keys such as `__proto__` and is stored as it came
   */
  async ingest(messages: string): Promise<Decision[]> {
    const now = Date.now();
    const site = await this.#site(now);
    await this.#confirm(this.#load().unconfirmed);
    this.#alarmSet ??= (await this.ctx.storage.getAlarm()) !== null;

    const arrived: StoredMessage[] = JSON.parse(messages);
    const chunks = this.#accept(arrived, site, now);
    const decisions = this.#decide(arrived, site, now);
    await this.#confirm(chunks.map((chunk) => chunk.id));
    return decisions;
  }

  /** Whether an armed popup may be painted now. A yes counts as an exposure; the same `claimId` gets the same answer. */
  async claim(input: ClaimInput): Promise<ClaimResult> {
    const now = Date.now();
    const site = await this.#site(now);
    const state = this.#load();
    const campaign = site.campaigns.find(
      ({ id, version }) => id === input.campaign && version === input.version,
    );
    const content = campaign && contentFor(campaign, input.variant, state.history.locale);

    if (content && state.exposures.some(({ claimId }) => claimId === input.claimId))
      return { show: true, content };
    const refused = state.refusals.find(({ claimId }) => claimId === input.claimId);
    if (refused) return { show: false, reason: refused.reason };
    if (state.history.watermark === null) return { show: false, reason: 'unknown_visitor' };

    const session = state.history.sessions.findLast(({ anonymousId }) => anonymousId === input.anonymousId);
    const data = audienceData(state.history, input.anonymousId, null, session?.page ?? NO_PAGE, now);
    const gate = closedGate(campaign, data, state.exposures);
    if (gate !== null || !content) {
      const reason = gate ?? 'status';
      this.#write((next) => addRefusal(next, { claimId: input.claimId, reason }));
      return { show: false, reason };
    }
    const { campaign: id, version, variant, claimId } = input;
    this.#write((next) => addExposure(next, { campaign: id, version, variant, claimId, at: now }));
    return { show: true, content };
  }

  /** The profile as JSON text, or `null` when nothing was ever heard of this visitor. Writes nothing. */
  read(): string | null {
    const { history } = this.#load();
    return history.watermark === null ? null : JSON.stringify(profileJson(history));
  }

  override async alarm(): Promise<void> {
    this.#alarmSet = false;
    try {
      await this.#confirm(this.#load().unconfirmed);
      this.#write(() => {});
    } catch (error) {
      console.warn('The event store refused chunks; they are kept and tried again.', error);
      this.#setAlarm(Date.now() + RETRY_MS);
    }
  }

  async #site(now: number): Promise<Site> {
    const id = siteOf(this.ctx.id.name ?? '');
    const site = await loadSite(this.env.DB, id, now);
    if (!site) throw new Error(`Site ${id} does not exist.`);
    return site;
  }

  #load(): State {
    this.#state ??= this.#table.state() ?? emptyState();
    return this.#state;
  }

  /** Counts and stores what is new among `arrived`. */
  #accept(arrived: readonly StoredMessage[], site: Site, now: number): StoredChunk[] {
    this.#messageIds ??= this.#table.messageIds();
    const known = this.#messageIds;
    const fresh = new Map<string, StoredMessage>();
    for (const message of arrived) {
      if (!known.has(message.messageId) && !fresh.has(message.messageId))
        fresh.set(message.messageId, message);
    }
    if (fresh.size === 0) return [];

    const sorted = [...fresh.values()].sort(compareMessages);
    const chunks = toChunks(sorted);
    this.#write((state) => {
      if (isNewer(state.history, sorted)) {
        extend(state.history, sorted, site.settings.currency);
      } else {
        state.history = emptyHistory();
        extend(
          state.history,
          [...this.#table.messages(), ...sorted].sort(compareMessages),
          site.settings.currency,
        );
      }
      state.unconfirmed = [...state.unconfirmed, ...chunks.map((chunk) => chunk.id)];
      for (const id of fresh.keys()) known.add(id);
    }, chunks);
    // No await since the write: both are stored, or neither is.
    this.#setAlarm(now + RECHECK_MS);
    return chunks;
  }

  /** Repeated messages may cause decisions too: the answer to their first copy may have been lost. */
  #decide(arrived: readonly StoredMessage[], site: Site, now: number): Decision[] {
    const { history, exposures } = this.#load();
    const causes = arrived
      .filter((message) => message.event !== undefined && message.anonymousId !== undefined)
      .map((message): Cause => {
        const data = audienceData(history, message.anonymousId ?? '', message, pageOf(message), now);
        return { messageId: message.messageId, data };
      });
    return decide(site.campaigns, causes, exposures);
  }

  /** Changes the state and stores it. If that fails, memory is forgotten, so that it never runs ahead of the disk. */
  #write(change: (state: State) => void, chunks: readonly StoredChunk[] = []): void {
    try {
      const state = this.#load();
      change(state);
      this.#table.write(state, chunks);
    } catch (error) {
      this.#state = null;
      this.#messageIds = null;
      throw error;
    }
  }

  /** Appends chunks to the store; those that it has taken leave the list, on disk with the next write. */
  async #confirm(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const profile = this.ctx.id.name ?? '';
    const chunks = ids.flatMap((id) => this.#table.chunk(id) ?? []);
    await this.#store.append(
      chunks.map(({ id, head, messages }) => {
        const { firstAt, lastAt } = head;
        return { id, site: siteOf(profile), profile, epoch: 0, firstAt, lastAt, messages };
      }),
    );
    const state = this.#load();
    state.unconfirmed = state.unconfirmed.filter((id) => !ids.includes(id));
  }

  #setAlarm(at: number): void {
    if (this.#alarmSet) return;
    this.#alarmSet = true;
    void this.ctx.storage.setAlarm(at);
  }
}
