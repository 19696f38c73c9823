import type { Env } from '../env.ts';
import type { StoredMessage } from '../message.ts';
import { readChunks } from '../store/read-chunks.ts';
import { currencyOf, inParts, messagesOf, type StoredChunk } from './chunks.ts';
import type { Codes } from './codes.ts';
import { isCorrected } from './corrected-form.ts';
import { emptyLedger } from './ledger.ts';
import { type Link, linked, peopleOf, stepFor, type Trust } from './link.ts';
import { askOwner } from './people.ts';
import { anonymousIdOf, isAnonymous, siteOf } from './profile-name.ts';
import type { Records } from './records.ts';
import type { DetachResult, Elsewhere, Refused } from './rpc.ts';
import { addForeign, emptyState, nextMoment, nothingDecided, putAside } from './state.ts';
import { retractSegments } from './take-in.ts';

/** How long after a failure an object tries again, ms. */
export const RETRY_MS = 15_000;

/** Stored here. `claims`: what they say of a user id counts. */
interface Here {
  kind: 'here';
  claims: boolean;
}

/**
 * Whom a device belongs to, and how its messages get there; also of an e-mail or phone whose user id is known.
 * Every step may stop anywhere, run twice, or run beside itself: the alarm, or the next request, goes on.
 */
export class Belonging {
  readonly #name: string;
  readonly #records: Records;
  readonly #env: Env;
  /** Brings the store up to what is here. */
  readonly #settle: () => Promise<void>;

  readonly #codes: Codes;
  readonly #giving = new Set<Promise<string>>();
  /** What facts the object has. */
  readonly #facts: () => Promise<string[]>;

  constructor(
    name: string,
    records: Records,
    env: Env,
    settle: () => Promise<void>,
    facts: () => Promise<string[]>,
    codes: Codes,
  ) {
    this.#name = name;
    this.#records = records;
    this.#env = env;
    this.#settle = settle;
    this.#facts = facts;
    this.#codes = codes;
  }

  /**
   * Where messages of this device go that name `wanted`, or nobody. Links the device first.
   *
   * @param refusedBy a person that this device was sent to, and that did not take it
   * @param required whether the site takes no user id without proof
   * @param arrived the messages
   */
  async route(
    wanted: string | null,
    trust: Trust,
    refusedBy: Refused,
    required: boolean,
    now: number,
    arrived: readonly StoredMessage[] = [],
  ): Promise<Here | Elsewhere> {
    const records = this.#records;
    let refused = refusedBy;
    // Others may link the device while this waits; what is handed out is a finished link to the right person.
    for (;;) {
      if (records.state.forgetting) throw new Error('This device is being forgotten.');
      const { link } = records.state;
      if (link?.phase === 'moving') {
        await this.handOver();
        continue;
      }
      if (link?.phase === 'moved' && link.person === refused?.person && link.epoch === refused.epoch) {
        this.#link({ ...link, epoch: Math.max(link.epoch + 1, now), phase: 'moving' }, now);
        refused = null;
        continue;
      }
      const asked = link?.phase === 'lending' && wanted !== null && wanted !== link.person;
      const corrected = asked && isCorrected(messagesOf(records.chunks()), arrived);
      const step = stepFor(link, wanted, trust, required, corrected);
      if (step.kind === 'link' && records.journal.folded().length > 0) {
        await this.unfold();
        continue;
      }
      if (step.kind === 'stay') return { kind: 'here', claims: step.claims };
      if (step.kind === 'go' && link) return { kind: 'elsewhere', person: link.person, epoch: link.epoch };
      if (step.kind === 'leave' && link) await this.#leave(link, now);
      if (step.kind === 'link' && wanted)
        this.#link(linked(link, wanted, step, records.state, now), now, step.sealed);
    }
  }

  /**
   * Links an e-mail or phone to the person that it turned out to be. The first one stays, unless another is certain:
   * then what comes from now on is his.
   */
  async join(person: string, certain: boolean, now: number): Promise<void> {
    const { link, forgetting } = this.#records.state;
    if (forgetting) throw new Error('This contact is being forgotten.');
    const moving = { phase: 'moving', sealed: false } as const;
    if (link === null || (certain && !link.certain && link.person !== person)) {
      this.#link({ ...linked(link, person, moving, this.#records.state, now), certain, previous: null }, now);
    } else if (certain && !link.certain) {
      this.#records.write((state) => {
        if (state.link) state.link.certain = true;
      });
    }
    await this.handOver();
  }

  #link(link: Link, now: number, sealed = false): void {
    const records = this.#records;
    records.write((state) => {
      state.link = link;
      const aside = sealed ? records.chunks().map(({ id }) => id) : state.own;
      if (aside.length > 0) {
        records.seal(aside);
        retractSegments(state, Object.keys(state.segments), this.#name);
        // What was given back is from before the device belonged to nobody.
        putAside(state, sealed ? nextMoment(state, now) : state.epoch);
        if (sealed) state.test = null;
        state.own = [];
        const rest = records.chunks();
        state.history = records.journal.refold(currencyOf(rest));
        state.sinceCheckpoint = rest.length;
      }
      if (link.phase === 'lending') state.unlent = records.chunks().map(({ id }) => id);
    });
    // Sooner than the alarm that may be set: it finishes the move, should it be interrupted.
    records.wakeAt(now + RETRY_MS);
  }

  /** The person is told first: should this stop in between, the person refuses the device, which then links anew. */
  async #leave(link: Link, now: number): Promise<void> {
    const foreign = await this.#detach(link);
    this.#records.write((state) => {
      addForeign(state, foreign);
      if (state.link?.epoch !== link.epoch || state.link.person !== link.person) return;
      state.formerly = peopleOf(link);
      state.link = null;
      state.epoch = Math.max(link.epoch + 1, now);
    });
  }

  async #detach({ person, epoch }: { person: string; epoch: number }): Promise<number[]> {
    const device = { anonymousId: anonymousIdOf(this.#name), epoch };
    const { told } = await askOwner<Extract<DetachResult, { kind: 'detached' }>>(
      person,
      this.#env,
      async (profile) => profile.detach(device) as Promise<DetachResult>,
    );
    return told;
  }

  /** Waits until nothing is on its way to a person. */
  async rest(): Promise<void> {
    await Promise.allSettled([...this.#giving]);
  }

  /** Brings all that is held to the person, and keeps nothing but where that is. */
  async handOver(): Promise<void> {
    const records = this.#records;
    const { link } = records.state;
    if (link?.phase !== 'moving') return;
    await this.#settle();
    await this.unfold();
    const told = link.previous ? await this.#detach(link.previous) : [];
    await this.#codes.handOver(link.person);
    const held = records.chunks();
    let person = link.person;
    // What was on its way may have arrived meanwhile: whoever takes over must not send it once more.
    for (let known: unknown = null; known !== records.state.deliveries; ) {
      known = records.state.deliveries;
      person = await this.#give(link, held, true);
    }
    if (person !== link.person) await this.#codes.passOn(link.person, person);
    const current = records.state.link;
    if (current?.phase !== 'moving' || current.epoch !== link.epoch) return;
    records.write(
      (state) => {
        addForeign(state, told);
        const { epoch, revision, foreign, heardAt } = state;
        const moved: Link = { ...current, person, phase: 'moved', previous: null };
        Object.assign(state, emptyState(), { epoch, revision, foreign, heardAt, link: moved });
        records.journal.clear();
      },
      { removed: held.map(({ id }) => id) },
    );
  }

  /** Brings copies of what the person does not have yet. */
  async lend(): Promise<void> {
    const records = this.#records;
    const { link, unlent } = records.state;
    if (link?.phase !== 'lending' || unlent.length === 0) return;
    if (link.previous) await this.#detach(link.previous);
    const person = await this.#give(link, records.chunksById(unlent), false);
    const { state } = records;
    if (state.link?.phase !== 'lending' || state.link.epoch !== link.epoch) return;
    const { named = state.link.person } = state.link;
    state.link = { ...state.link, person, previous: null, ...(named === person ? {} : { named }) };
    state.unlent = state.unlent.filter((id) => !unlent.includes(id));
  }

  /** @returns who has taken it: an e-mail or phone may know by now whose it is */
  #give(link: Link, chunks: readonly StoredChunk[], verified: boolean): Promise<string> {
    const giving = this.#giveAll(link, chunks, verified);
    this.#giving.add(giving);
    return giving.finally(() => this.#giving.delete(giving));
  }

  async #giveAll(link: Link, chunks: readonly StoredChunk[], verified: boolean): Promise<string> {
    const { state } = this.#records;
    const { exposures, segments, revision, devices, contacts } = state;
    const { refusals, decisions, coupons, test, journeys, deliveries, subscriptions } = state;
    const facts = [...(await this.#facts()), ...this.#records.state.retracted];
    const given = isAnonymous(this.#name)
      ? [{ anonymousId: anonymousIdOf(this.#name), epoch: link.epoch, verified }]
      : devices.filter((device) => !device.left);
    let { person } = link;
    const parts = inParts(chunks);
    for (let index = 0; index < parts.length; index++) {
      const last = index === parts.length - 1;
      const result = await this.#env.PROFILES.getByName(person).attach({
        from: this.#name,
        devices: given,
        chunks: (parts[index] ?? []).map(({ id, head, messages }) => ({ id, head, messages })),
        verified,
        exposures: last && verified ? exposures : [],
        decided:
          last && verified
            ? { refusals, decisions, coupons, test, journeys, deliveries, subscriptions }
            : nothingDecided(),
        segments: last && verified ? segments : {},
        facts: last && verified ? facts : [],
        contacts,
        revision,
        last,
      });
      if (result.kind === 'elsewhere') {
        person = result.person;
        index = -1;
      }
    }
    return person;
  }

  /** Takes back from the store what was folded into totals. */
  async unfold(): Promise<void> {
    const { journal } = this.#records;
    const folded = journal.folded();
    if (folded.length === 0) return;
    const chunks = await readChunks(this.#env.DB, siteOf(this.#name), folded);
    this.#records.write((state) => {
      journal.unfold(chunks);
      state.ledger = emptyLedger();
    });
  }
}
