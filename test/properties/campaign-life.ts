import { decide } from '../../collector/src/campaigns/decide.ts';
import { programOf } from '../../collector/src/campaigns/program.ts';
import { type Campaign, type CampaignDraft, campaignDraft } from '../../collector/src/campaigns/schema.ts';
import type { StoredMessage } from '../../collector/src/message.ts';
import { answerClaim, type Claim } from '../../collector/src/profile/answer-claim.ts';
import { emptyHistory, refolded } from '../../collector/src/profile/history.ts';
import { addToLedger, emptyLedger } from '../../collector/src/profile/ledger.ts';
import { happeningsOf, situationOf } from '../../collector/src/profile/situation.ts';
import { addExposures, addRefusal, emptyState, type State } from '../../collector/src/profile/state.ts';
import { type Site, siteSettings } from '../../collector/src/sites.ts';
import type { ClaimAnswer } from '../../sdk/src/message.ts';

/** A popup that a tab has armed. */
export type Armed = Omit<Claim, 'claimId'>;

/** One visitor: a device, or a person with all that his devices brought along. */
interface Visitor {
  messages: StoredMessage[];
  state: State;
}

/** A published campaign: `change` on top of a popup for everybody, with two variants. */
export function campaign(id: string, change: object, version = 1): Campaign {
  const content = { en: { kind: 'modal', blocks: [{ type: 'heading', text: id }] } };
  const variants = ['a', 'b'].map((key) => ({ key, content }));
  const step = { id: 'm', type: 'message', channel: 'popup', variants };
  const draft = campaignDraft.parse({ id, name: id, steps: [step], ...change }) as CampaignDraft;
  return { ...draft, version, status: 'live', createdAt: `2026-01-01T00:00:00.00${version}Z` };
}

/** A site as its profiles know it. What was compiled is kept by the site's id: it is a new one each time. */
export function siteOf(campaigns: readonly Campaign[], settings: object): Site {
  const id = crypto.randomUUID();
  const parsed = siteSettings.parse({ name: 'shop', ...settings });
  return { id, settings: parsed, program: programOf(id, parsed, campaigns, []) };
}

/** The shop's visitors without storage and network: the pure functions that each profile's object calls. */
export class Shop {
  site: Site;
  readonly #visitors = new Map<string, Visitor>();
  readonly #owners = new Map<string, string>();
  #messages = 0;

  constructor(site: Site) {
    this.site = site;
  }

  /** Whose word a device's is: his own, or that of the person who has logged in there. */
  ownerOf(device: string): string {
    return this.#owners.get(device) ?? device;
  }

  stateOf(device: string): State {
    return this.#visitor(this.ownerOf(device)).state;
  }

  /** @returns what it arms in that tab */
  track(device: string, event: string, properties: Record<string, string>, now: number): Armed[] {
    const message = this.#message({ type: 'track', anonymousId: device, event, properties }, now);
    const visitor = this.#visitor(this.ownerOf(device));
    this.#hear(visitor, [message]);
    const happened = happeningsOf(visitor.state, [message], [], this.site, now);
    return decide(this.site.program, happened).map((decision) => ({
      campaign: decision.campaign,
      version: decision.version,
      variant: decision.variant,
      anonymousId: device,
      cause: decision.cause,
      causedAt: decision.causedAt,
      known: true,
      locales: [],
    }));
  }

  /** Somebody logs in: what the device has said and seen becomes his. */
  identify(device: string, user: string, now: number): void {
    const before = this.ownerOf(device);
    this.#owners.set(device, user);
    const person = this.#visitor(user);
    const moved = before === device ? this.#visitor(device) : null;
    if (moved) {
      this.#hear(person, moved.messages);
      addExposures(person.state, moved.state.exposures);
      for (const refusal of moved.state.refusals) addRefusal(person.state, refusal);
      this.#visitors.delete(device);
    }
    this.#hear(person, [this.#message({ type: 'identify', anonymousId: device, userId: user }, now)]);
  }

  claim(armed: Armed, claimId: string, now: number): ClaimAnswer {
    const { state } = this.#visitor(this.ownerOf(armed.anonymousId));
    const claim = { ...armed, claimId };
    const compiled = this.site.program.campaigns.find(
      (other) => other.campaign.id === armed.campaign && other.campaign.version === armed.version,
    );
    const moment = { anonymousId: armed.anonymousId, event: null, cause: null, armedAt: armed.causedAt };
    const asked = compiled && { compiled, situation: situationOf(state, compiled, this.site, moment, now) };
    const { answer, exposure, refusal } = answerClaim(state, claim, asked ?? null, now);
    if (exposure) addExposures(state, [exposure]);
    if (refusal) addRefusal(state, refusal);
    return answer;
  }

  #message(message: Omit<StoredMessage, 'messageId' | 'timestamp'>, now: number): StoredMessage {
    return { ...message, messageId: `m${this.#messages++}`, timestamp: new Date(now).toISOString() };
  }

  #hear({ messages, state }: Visitor, said: readonly StoredMessage[]): void {
    messages.push(...said);
    state.history = refolded(emptyHistory(), messages, 'EUR');
    state.ledger = emptyLedger();
    for (const message of messages) addToLedger(state.ledger, this.site.program, message);
  }

  #visitor(name: string): Visitor {
    const known = this.#visitors.get(name) ?? { messages: [], state: emptyState() };
    this.#visitors.set(name, known);
    return known;
  }
}
