import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ArmedMessage, ClaimAnswer } from '../../sdk/src/message.ts';
import {
  api,
  identify,
  makeSite,
  post,
  sendBatch,
  type TestSite,
  track,
} from '../support/workerd/collector.ts';
import { runs } from './runs.ts';
import { NOW } from './shopping.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const DEVICES = ['phone', 'laptop', 'kiosk'] as const;
const CAPS = { nudge: 2, sale: 1, survey: 3 };
const GAP_MS = MINUTE_MS;

type Device = (typeof DEVICES)[number];
type Id = keyof typeof CAPS;
const IDS = Object.keys(CAPS) as Id[];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A shop with three popups, each armed by an event of its own. */
async function shop(minGapMs: number, cap: (id: Id) => object): Promise<TestSite> {
  const site = await makeSite({ popups: { minGapMs, perSession: null, perDay: null } });
  const content = { en: { kind: 'modal', blocks: [{ type: 'heading', text: 'Hi' }] } };
  const step = { id: 'm', type: 'message', channel: 'popup', variants: [{ key: 'a', content }] };
  for (const id of IDS) {
    const path = `/api/sites/${site.id}/campaigns/${id}`;
    const draft = { id, name: id, entry: { on: 'event', event: id }, cap: cap(id), steps: [step] };
    await api('PUT', path, { ...draft, holdout: { percent: id === 'survey' ? 40 : 0 } });
    await api('POST', `${path}/publish`);
  }
  return site;
}

async function claim(site: TestSite, armed: ArmedMessage, anonymousId: string, claimId: string) {
  const body = { writeKey: site.browserKey, anonymousId, claimId };
  const response = await post(site, `/v1/messages/${armed.id}/claim`, body);
  if (!response.ok) throw new Error(await response.text());
  return (await response.json()) as ClaimAnswer;
}

/** An exposure: what was painted, or was not, for a control. */
const counts = (answer: ClaimAnswer) => answer.show || answer.reason === 'holdout';

async function exposuresOf(site: TestSite, ref: string) {
  const response = await api('GET', `/api/sites/${site.id}/profiles/${ref}/export`);
  return ((await response.json()) as { exposures: { claimId: string; at: number }[] }).exposures;
}

const device = fc.constantFrom(...DEVICES);
/** What happens at the same time. */
const round = fc.record({
  claims: fc.array(fc.record({ device, id: fc.constantFrom(...IDS), twice: fc.boolean() }), {
    minLength: 1,
    maxLength: 6,
    size: 'max',
  }),
  logins: fc.uniqueArray(device, { maxLength: 1 }),
  waitMs: fc.constantFrom(0, GAP_MS / 2, GAP_MS, GAP_MS, 2 * GAP_MS),
});

describe('somebody with several devices, who has several tabs open on each', () => {
  it('sees one popup at a time, and none more often than its cap, though all tabs ask at once and he logs in', async () => {
    let painted = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(round, { minLength: 2, maxLength: 5, size: 'max' }), async (rounds) => {
        vi.setSystemTime(NOW);
        const site = await shop(GAP_MS, (id) => ({
          perSession: null,
          perVisitor: CAPS[id],
          afterConvert: null,
        }));
        const armed = new Map<string, ArmedMessage>();
        for (const anonymousId of DEVICES) {
          for (const id of IDS) {
            const [message] = (await sendBatch(site, [track(anonymousId, id)])).messages;
            if (message) armed.set(`${anonymousId} ${id}`, message);
          }
        }
        const people = new Set<Device>();
        let parts = DEVICES.map((one): { devices: Device[]; seen: { id: Id; at: number }[] } => ({
          devices: [one],
          seen: [],
        }));
        const ids = new Set<string>();
        for (const { claims, logins, waitMs } of rounds) {
          vi.setSystemTime(Date.now() + waitMs);
          const now = Date.now();
          const asked = await Promise.all([
            ...claims.map(async ({ device: anonymousId, id, twice }) => {
              const message = armed.get(`${anonymousId} ${id}`);
              if (!message) throw new Error('It was not armed.');
              const claimId = crypto.randomUUID();
              const answers = await Promise.all(
                (twice ? [1, 2] : [1]).map(() => claim(site, message, anonymousId, claimId)),
              );
              expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
              const [answer] = answers;
              if (!answer) throw new Error('Nobody has answered.');
              expect('content' in answer).toBe(answer.show);
              return { anonymousId, id, claimId, counted: counts(answer) };
            }),
            ...logins.map(async (anonymousId) => {
              await sendBatch(site, [identify(anonymousId, 'mira')]);
              return null;
            }),
          ]);
          for (const one of logins) people.add(one);
          const isHers = ({ devices }: (typeof parts)[number]) => devices.some((one) => people.has(one));
          const groups = [
            parts.filter(isHers),
            ...parts.filter((part) => !isHers(part)).map((part) => [part]),
          ];
          parts = groups
            .filter((group) => group.length > 0)
            .map((group) => {
              const devices = group.flatMap((part) => part.devices);
              const seen = asked.filter((one) => one?.counted && devices.includes(one.anonymousId));
              // Who became one only now may have been asked apart.
              const free = (left: (part: (typeof parts)[number]) => number) =>
                group.reduce((sum, part) => sum + Math.max(0, left(part)), 0);
              for (const id of IDS) {
                const mine = seen.filter((one) => one?.id === id).length;
                const before = (part: (typeof parts)[number]) => part.seen.filter((one) => one.id === id);
                expect(mine).toBeLessThanOrEqual(free((part) => CAPS[id] - before(part).length));
              }
              // A few ms: what happens in one place happens one after the other.
              const rested = ({ seen: all }: (typeof parts)[number]) =>
                all.every(({ at }) => now - at >= GAP_MS - 100) ? 1 : 0;
              expect(seen.length).toBeLessThanOrEqual(free(rested));
              for (const one of seen) if (one) ids.add(one.claimId);
              painted += seen.length;
              const news = seen.flatMap((one) => (one ? [{ id: one.id, at: now }] : []));
              return { devices, seen: [...group.flatMap((part) => part.seen), ...news] };
            });
        }
        const stored = await Promise.all(
          parts.map(({ devices }) =>
            exposuresOf(
              site,
              devices.some((one) => people.has(one)) ? 'user:mira' : `anonymous:${devices[0]}`,
            ),
          ),
        );
        expect(new Set(stored.flat().map(({ claimId }) => claimId))).toEqual(ids);
      }),
      runs(8),
    );
    expect(painted).toBeGreaterThan(8);
  });

  it('is not shown what he has closed, before its days are over, whenever he logs in and whatever was armed', async () => {
    const acts = fc.shuffledSubarray(['close', 'phone', 'laptop', 'wait', 'late'] as const, { minLength: 3 });
    await fc.assert(
      fc.asyncProperty(acts, fc.boolean(), async (order, told) => {
        vi.setSystemTime(NOW);
        const site = await shop(0, () => ({ perSession: null, afterDismissDays: 7, afterConvert: null }));
        const armedOn = async (anonymousId: string) =>
          (await sendBatch(site, [track(anonymousId, 'sale')])).messages[0];
        const armed = { phone: await armedOn('phone'), laptop: await armedOn('laptop') };
        const shown = armed.phone && (await claim(site, armed.phone, 'phone', 'first'));
        expect(shown?.show).toBe(true);
        const again = await armedOn('phone');
        const known = new Set<string>();
        for (const act of [...order, ...(order.includes('close') ? [] : ['close' as const])]) {
          if (act === 'wait') vi.setSystemTime(Date.now() + 3_600_000);
          // What a page tells much later, of another popup, changes nothing.
          else if (act === 'late') {
            const timestamp = new Date(NOW - 2 * DAY_MS).toISOString();
            const properties = { campaign: 'nudge' };
            await sendBatch(site, [track('phone', 'popup_dismissed', { properties, timestamp })]);
          } else if (act === 'close') {
            const timestamp = new Date(told ? Date.now() : NOW - 1_000).toISOString();
            const properties = { campaign: 'sale' };
            await sendBatch(site, [track('phone', 'popup_dismissed', { properties, timestamp })]);
          } else {
            known.add(act);
            await sendBatch(site, [identify(act, 'mira')]);
          }
        }
        const no = { show: false, reason: 'caps' };
        expect(again && (await claim(site, again, 'phone', 'second'))).toEqual(no);
        const one = known.size === 2;
        if (one) expect(armed.laptop && (await claim(site, armed.laptop, 'laptop', 'third'))).toEqual(no);
        expect(await armedOn('phone')).toBeUndefined();
        vi.setSystemTime(NOW + 8 * DAY_MS);
        const later = await armedOn('phone');
        expect(later && (await claim(site, later, 'phone', 'fourth'))).toMatchObject({ show: true });
      }),
      runs(8),
    );
  });
});
