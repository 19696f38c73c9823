import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createEmitter, type PopupEvent } from '../events.ts';
import type { ArmedMessage, ClaimRequest, PopupContent, Trigger } from '../message.ts';
import { createMessageIds, type Mark } from '../message-id.ts';
import type { Note } from '../tabs.ts';
import type { OnsiteHost } from './host.ts';
import { type Heard, hear } from './index.ts';
import type { Popup, PopupCalls, PopupEnd } from './popup.ts';
import * as triggersChunk from './triggers/index.ts';

const { env } = (globalThis as unknown as { process: { env: Record<string, string | undefined> } }).process;
/** As for the collector's properties: `npm run test:deep` multiplies the runs. */
const LIMIT_MS = env.DEEP ? 900_000 : 30_000;
const RUNS = { numRuns: 100 * (env.DEEP ? 40 : 1), interruptAfterTimeLimit: LIMIT_MS - 4_000 };

const content: PopupContent = {
  kind: 'modal',
  lang: 'en',
  closeLabel: 'Close',
  title: '',
  css: '',
  blocks: [],
};

/** What arms each campaign, when it shows, and its caps: the collector's, in days that never end. */
const CAMPAIGNS: Record<string, { entry: string; trigger: Trigger; afterDismiss: boolean; perVisitor?: 1 }> =
  {
    welcome: { entry: 'page', trigger: { on: 'load' }, afterDismiss: true },
    later: { entry: 'page', trigger: { on: 'delay', delayMs: 1_500 }, afterDismiss: true },
    saver: { entry: 'cart', trigger: { on: 'event', event: 'search' }, afterDismiss: true },
    offer: { entry: 'cart', trigger: { on: 'api' }, afterDismiss: false },
    once: { entry: 'search', trigger: { on: 'load' }, afterDismiss: false, perVisitor: 1 },
  };
type Id = keyof typeof CAMPAIGNS;

vi.mock('./popup.ts', () => ({
  // The tab whose host it is paints.
  openPopup: (_content: PopupContent, calls: PopupCalls, host: OnsiteHost & Painter) => host.paint(calls),
}));
interface Painter {
  paint(calls: PopupCalls): Promise<Popup>;
}

let hidden = false;
let typing = false;
beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(document, 'hidden', 'get').mockImplementation(() => hidden);
  vi.spyOn(document, 'activeElement', 'get').mockImplementation(
    () => (typing ? document.createElement('select') : document.body) as Element,
  );
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const STEP = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('wait'), ms: fc.integer({ min: 0, max: 2_500 }) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom('navigate', 'cart', 'search', 'dismiss', 'dismiss', 'follow', 'purchase', 'ask'),
      tab: fc.constantFrom(0, 1),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom('identify', 'reset', 'type', 'hide'),
      tab: fc.constantFrom(0, 1),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('elsewhere'),
      campaign: fc.constantFrom(...Object.keys(CAMPAIGNS), ''),
    }),
  },
);
interface Step {
  do: string;
  ms?: number;
  tab?: number;
  campaign?: string;
}

/** What a person has done, as the collector's caps count it. */
interface Person {
  shown: Record<Id, number>;
  dismissed: Set<Id>;
  converted: boolean;
}
const nobody = (): Person => ({ shown: {}, dismissed: new Set(), converted: false });

/** A browser with two windows side by side, and the collector that it talks to over a network that takes its time. */
function world(latency: () => number) {
  const later = () => new Promise<void>((resolve) => setTimeout(resolve, latency()));
  const people = new Map<string, Person>([['user', nobody()]]);
  const personOf = (id: string) => people.get(id) ?? (people.set(id, nobody()).get(id) as Person);
  let visitors = 1;
  let anonymousId = 'anon1';
  /** What the browser has not sent: what it does to the collector, in order. */
  const queue: (() => ArmedMessage[])[] = [];
  const armings = new Map<string, { anonymousId: string; campaign: Id; tab: number }>();
  const claims = new Map<string, { granted: boolean; campaign: Id }>();
  const painted: string[] = [];
  /** Promises that were broken. */
  const broken: string[] = [];
  const keep = (promise: string, kept?: boolean) => void (kept || broken.push(promise));
  /** What this browser knows of each visitor that it has been: never shown again. */
  const over = new Map<string, Set<Id>>();
  /** Who has bought, in which tab and when. */
  const bought: { visitor: string; tab: number; at: number }[] = [];
  const isOver = (id: Id) => CAMPAIGNS[id]?.afterDismiss && over.get(anonymousId)?.has(id);
  let sending: Promise<void> | undefined;

  async function send(tab: Tab): Promise<void> {
    await sending;
    // What another one has begun to send in the meantime counts, too.
    if (!queue.length) return sending;
    const batch = queue.splice(0);
    sending = later().then(async () => {
      const popups = batch.flatMap((apply) => apply());
      void later().then(() => {
        for (const received of popups) tab.hear({ received });
      });
    });
    return sending;
  }

  function arm(entry: string, cause: string, tab: number, visitor: string): ArmedMessage[] {
    return Object.entries(CAMPAIGNS)
      .filter(([, campaign]) => campaign.entry === entry)
      .map(([name, { trigger }]) => {
        const id = `${name}-${cause}`;
        armings.set(id, { anonymousId: visitor, campaign: name, tab });
        return { id, cause, campaign: `${name}@1`, variant: 'a', triggers: [trigger] };
      });
  }

  /** The collector's answer: every gate asked again. */
  function decide(id: string, { anonymousId: asks }: ClaimRequest) {
    const armed = armings.get(id);
    if (!armed || armed.anonymousId !== asks) return { show: false, reason: 'unknown_visitor' };
    const { campaign } = armed;
    const person = personOf(asks);
    const { afterDismiss, perVisitor } = CAMPAIGNS[campaign] as (typeof CAMPAIGNS)[Id];
    const shown = person.shown[campaign] ?? 0;
    if (person.converted || (afterDismiss && person.dismissed.has(campaign)) || shown >= (perVisitor ?? 99))
      return { show: false, reason: 'cap' };
    person.shown[campaign] = shown + 1;
    return { show: true, content };
  }

  interface Tab extends Painter {
    hear(heard: Heard): void;
    disarm(): void;
    ids: ReturnType<typeof createMessageIds>;
    open: { id: string; close(how: PopupEnd): void } | undefined;
    /** Of the latest navigation; its view is reported when it has rendered. */
    mark: Mark;
    call(type: 'page' | 'track', event: string, mark?: Mark): void;
    navigate(): void;
    reported: string[];
  }
  function openTab(at: number): Tab {
    const ids = createMessageIds();
    const events = createEmitter();
    let rendered: ReturnType<typeof setTimeout> | undefined;
    let next = '';
    const tab: Tab = {
      ids,
      open: undefined,
      mark: ids.next(),
      reported: [],
      call(type, event, mark = ids.next()) {
        const visitor = anonymousId;
        if (event === 'purchase') bought.push({ visitor, tab: at, at: Date.now() });
        queue.push(() => {
          if (event === 'purchase') personOf(visitor).converted = true;
          return arm(type === 'page' ? 'page' : event, mark.messageId, at, visitor);
        });
        events.emit('call', { type, event, ...mark } as never);
      },
      navigate() {
        if (!rendered) tab.mark = ids.next();
        clearTimeout(rendered);
        history.pushState(null, '', `/${tab.mark.messageId}/${Math.random()}`);
        rendered = setTimeout(() => {
          rendered = undefined;
          ids.view = tab.mark;
          tab.call('page', '', tab.mark);
        }, 100);
      },
      async paint(calls) {
        const id = next;
        const arming = armings.get(id);
        const campaign = arming?.campaign as Id;
        keep('claimed before it is painted', claims.get(id)?.granted);
        keep('painted once', !painted.includes(id));
        keep('one at a time', !tab.open);
        keep('painted on its own page', id.slice(campaign.length + 1) >= tab.mark.messageId);
        keep('painted in its own tab', arming?.tab === at);
        keep('painted where it is welcome', !hidden && !typing);
        keep('not painted after a dismissal', arming?.anonymousId !== anonymousId || !isOver(campaign));
        painted.push(id);
        let isOpen = true;
        const close = (how: PopupEnd) => {
          if (!isOpen) return;
          isOpen = false;
          tab.open = undefined;
          calls.closed(how);
        };
        tab.open = { id, close };
        return { close };
      },
    } as Partial<Tab> as Tab;
    const host: OnsiteHost & Painter = {
      endpoint: `https://${at}.example`,
      writeKey: 'demo',
      visitor: () => ({ anonymousId }),
      push: {} as never,
      ids,
      ...events,
      paint: (calls) => tab.paint(calls),
      flush: () => send(tab),
      load: (async () => triggersChunk) as never,
      fail: (error) => keep(String(error)),
      tell(note: Note) {
        for (const other of tabs) if (other !== tab) other.hear(structuredClone(note));
      },
      track(event, { message_id }) {
        const id = String(message_id);
        const { anonymousId: visitor, campaign } = armings.get(id) as { anonymousId: string; campaign: Id };
        tab.reported.push(`${event} ${id}`);
        if (event !== 'popup_dismissed') return;
        over.set(visitor, new Set(over.get(visitor)).add(campaign));
        queue.push(() => {
          personOf(visitor).dismissed.add(campaign);
          return [];
        });
      },
    };
    events.on('message', ({ phase, popup }: PopupEvent) => {
      if (phase === 'show') next = popup.id;
    });
    tab.hear = (heard) => hear(host, heard);
    tab.disarm = () => host.disarm?.();
    tab.hear({});
    return tab;
  }
  const tabs: Tab[] = [];
  tabs.push(openTab(0), openTab(1));

  vi.stubGlobal('fetch', async (url: string, { body }: { body: string }) => {
    const tab = tabs[Number(new URL(url).hostname[0])] as Tab;
    const id = decodeURIComponent(url.split('/').at(-2) as string);
    const { campaign, anonymousId: visitor } = armings.get(id) as { campaign: Id; anonymousId: string };
    keep('asked only where it can be shown', !hidden && !typing && !tab.open);
    keep('asked only on its own page', id.slice(campaign.length + 1) >= tab.mark.messageId);
    // What another tab does while this one empties the queue is not known to it.
    const isBought = bought.some(
      (order) => order.visitor === visitor && (tabs[order.tab] === tab || Date.now() - order.at > 5_000),
    );
    await later();
    const answer = decide(id, JSON.parse(body));
    keep('not granted after a purchase', !isBought || !answer.show);
    claims.set(id, { granted: answer.show, campaign });
    await later();
    return Response.json(answer);
  });
  const pulse = setInterval(() => tabs[0] && void send(tabs[Math.round(Math.random())] as Tab), 2_000);

  return {
    tabs,
    painted,
    broken,
    stop: () => clearInterval(pulse),
    async take({ do: what, ms = 0, tab: at = 0, campaign }: Step) {
      const tab = tabs[at] as Tab;
      if (what === 'navigate') tab.navigate();
      else if (what === 'cart' || what === 'search' || what === 'purchase') tab.call('track', what);
      else if (what === 'dismiss') tab.open?.close('button');
      else if (what === 'follow') tab.open?.close('action');
      else if (what === 'ask') tab.hear({ show: 'offer' });
      else if (what === 'type') typing = !typing;
      else if (what === 'hide') {
        hidden = !hidden;
        document.dispatchEvent(new Event('visibilitychange'));
      } else if (what === 'identify') {
        const visitor = anonymousId;
        queue.push(() => {
          const [one, user] = [personOf(visitor), personOf('user')];
          for (const id of one.dismissed) user.dismissed.add(id);
          for (const [id, n] of Object.entries(one.shown)) user.shown[id] = (user.shown[id] ?? 0) + n;
          user.converted ||= one.converted;
          people.set(visitor, user);
          return [];
        });
      } else if (what === 'reset') {
        tab.disarm();
        anonymousId = `anon${++visitors}`;
      } else if (what === 'elsewhere') {
        if (campaign) personOf('user').dismissed.add(campaign);
        else personOf('user').converted = true;
      }
      await vi.advanceTimersByTimeAsync(ms);
    },
  };
}

test(
  'whatever happens in two windows, nobody is shown what they have had enough of, nor two at once, nor what was for another page',
  async () => {
    let painted = 0;
    let endings = 0;
    let ran = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(STEP, { minLength: 5, maxLength: 30 }),
        fc.infiniteStream(fc.constantFrom(0, 10, 80, 300, 1_500)),
        async (steps, latencies) => {
          hidden = typing = false;
          const { tabs, take, painted: seen, broken, stop } = world(() => latencies.next().value as number);
          for (const tab of tabs) tab.navigate();
          for (const step of steps as Step[]) await take(step);
          hidden = typing = false;
          await vi.advanceTimersByTimeAsync(5_000);
          expect(broken).toEqual([]);
          // What is still open is so once, and of the rest each has one end.
          for (const tab of tabs) {
            const of = (name: RegExp) => tab.reported.filter((report) => name.test(report));
            const ends = of(/dismissed|closed/);
            expect(of(/shown/)).toHaveLength(ends.length + (tab.open ? 1 : 0));
            expect(new Set(ends).size).toBe(ends.length);
            endings += ends.length;
            tab.disarm();
          }
          ran += 1;
          painted += seen.length;
          stop();
          vi.clearAllTimers();
        },
      ),
      RUNS,
    );
    // A client that shows nothing would keep all of that.
    expect(painted).toBeGreaterThan(ran / 2);
    expect(endings).toBeGreaterThan(ran / 5);
  },
  LIMIT_MS,
);
