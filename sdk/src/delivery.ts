import { backoff, retryAfter } from './backoff.ts';
import type { BatchAnswer, ErrorAnswer, Message } from './message.ts';
import type { Options } from './options.ts';
import type { Entry, Outbox } from './outbox.ts';

/** One attempt to deliver a batch. `status` is 0 when no answer came; `answer` is null without a readable body. */
export interface DeliveryAttempt {
  sent: Message[];
  status: number;
  answer: BatchAnswer | null;
  /** From request to answer, ms. */
  durationMs: number;
}

export interface DeliveryParts extends Pick<Options, 'endpoint' | 'writeKey'> {
  outbox: Outbox;
  token: () => string | undefined;
  onAttempt: (attempt: DeliveryAttempt) => void;
  onError: (code: string, message: string, messageId?: string | null) => void;
}

export interface Delivery {
  /** Something is queued. */
  wake(): void;
  /** Sends all that is queued now; resolves when nothing is left, or an attempt failed. */
  flush(): Promise<void>;
  /** The page may be going away: what is not on its way leaves at once. */
  hide(): void;
  /** The network or the page is back: failures so far say nothing about now. */
  resume(): void;
}

/** ms from a page's first event to its first batch. */
const FIRST_MS = 50;
/** ms from one batch to the next. */
const EVERY_MS = 2_000;
/** ms until a tab looks again whether the tab that is sending has finished. */
const BUSY_MS = 400;
/** ms after which a request counts as lost, for it holds up the site's other tabs. */
const TIMEOUT_MS = 30_000;
const BATCH_MESSAGES = 100;
const BATCH_BYTES = 400_000;
/** Browsers let a page's keepalive requests carry 64 KiB in all; other scripts need some of it. */
const KEEPALIVE_BYTES = 60_000;

/** The page's clock: the device's can be set back, and nothing would leave until it has caught up. */
const now = () => performance.now();

type Outcome = 'idle' | 'more' | 'failed' | 'busy';

/** When and how a batch leaves. A message leaves the outbox only when the collector has answered 2xx, or refused it for good. */
export function createDelivery(parts: DeliveryParts): Delivery {
  const { outbox, endpoint, writeKey, onError } = parts;
  const encoder = new TextEncoder();

  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: Promise<Outcome> | undefined;
  /** Something was queued while a batch was under way. */
  let queued = false;
  let lastSent = -EVERY_MS;
  let notBefore = 0;
  /** The wait is the server's wish, which neither `flush` nor a returning network overrules. */
  let ordered = false;
  let failures = 0;
  let stopped = false;
  let limit = BATCH_MESSAGES;
  const inFlight = new Set<string>();
  let keptAlive = 0;

  const mustWait = () => stopped || (ordered && notBefore > now());
  const resting = (entries: Entry[]) => entries.filter(([id]) => !inFlight.has(id));

  function pause(ms: number, byServer: boolean) {
    notBefore = now() + ms;
    ordered = byServer;
  }

  /** Sends as many of the messages as fit, the first ones, and does what the answer says. Never rejects. */
  async function send(entries: Entry[], leaving: boolean): Promise<Outcome> {
    const started = now();
    const room = KEEPALIVE_BYTES - keptAlive;
    const json: string[] = [];
    const ids: string[] = [];
    const sent: Message[] = [];
    let bytes = 0;
    for (const [id, message] of entries) {
      const part = JSON.stringify(message);
      const more = encoder.encode(part).length + 1;
      if (bytes + more > (leaving ? room : BATCH_BYTES) && (leaving || bytes)) break;
      bytes += more;
      json.push(part);
      ids.push(id);
      sent.push(message);
    }
    if (!bytes) return 'idle';
    const token = parts.token();
    const head = JSON.stringify({ writeKey, sentAt: new Date(), ...(token && { token }) });
    // Leaves with the page, if the page leaves first.
    const kept = bytes < room ? bytes : 0;
    keptAlive += kept;
    for (const id of ids) inFlight.add(id);

    let status = 0;
    let wait: number | undefined;
    let body: BatchAnswer | ErrorAnswer | null = null;
    try {
      const response = await fetch(`${endpoint}/v1/batch${leaving ? '?beacon=1' : ''}`, {
        method: 'POST',
        // A string goes as `text/plain`, without the preflight that `application/json` would cost.
        body: `${head.slice(0, -1)},"batch":[${json}]}`,
        credentials: 'omit',
        keepalive: kept > 0,
        signal: (!leaving && AbortSignal.timeout?.(TIMEOUT_MS)) || null,
      });
      status = response.status;
      wait = retryAfter(response.headers.get('retry-after'), Date.now());
      // A body that nobody reads stays in the page's keepalive quota for good.
      if (leaving) await response.body?.cancel();
      else body = await response.json();
    } catch {
      // No answer, or one without a JSON body; which of the two, the status says.
    }
    keptAlive -= kept;
    for (const id of ids) inFlight.delete(id);

    const answer = body?.success ? body : null;
    const { code = 'refused', message = `HTTP ${status}` } = (body as ErrorAnswer | null)?.error ?? {};
    let outcome: Outcome = 'failed';
    if (status >= 200 && status < 300) {
      failures = 0;
      limit = BATCH_MESSAGES;
      pause(0, false);
      for (const { code, message, messageId } of answer?.rejected ?? []) onError(code, message, messageId);
      await outbox.remove(ids);
      outcome = ids.length < entries.length ? 'more' : 'idle';
    } else if (status === 400 || status === 413) {
      if (ids[1]) {
        // One message spoils the batch: halves of halves find it.
        limit = Math.ceil(ids.length / 2);
        outcome = 'more';
      } else {
        limit = BATCH_MESSAGES;
        onError(code, message, ids[0]);
        await outbox.remove(ids);
      }
    } else if (status === 401 || status === 403) {
      // Kept until the page is loaded again, when the key or the allowed origins may have been mended.
      stopped = true;
      onError(code, message);
    } else {
      // Everything else may pass: no network (whatever navigator.onLine says), 408, 429, 5xx, a proxy's 404.
      failures += 1;
      pause(wait ?? backoff(failures, Math.random()), wait !== undefined);
    }
    parts.onAttempt({
      sent,
      status,
      answer,
      durationMs: now() - started,
    });
    return outcome;
  }

  async function sendOldest(): Promise<Outcome> {
    const count = limit;
    const entries = await outbox.oldest(count);
    lastSent = now();
    const outcome = await send(resting(entries), false);
    return outcome === 'idle' && entries.length === count ? 'more' : outcome;
  }

  /** One request at a time per site, over all tabs; the lock is held for one request and never while idle. */
  async function attempt(): Promise<Outcome> {
    queued = false;
    try {
      return await navigator.locks.request(`beckon:${writeKey}`, { ifAvailable: true }, (lock) =>
        lock ? sendOldest() : 'busy',
      );
    } catch {
      // No locks on http, or in an opaque origin; `sendOldest` itself does not reject.
      return sendOldest();
    }
  }

  function unset() {
    clearTimeout(timer);
    timer = undefined;
  }
  function run(): Promise<Outcome> {
    unset();
    running ??= attempt().then((outcome) => {
      running = undefined;
      // A backlog does not wait 2 s for each 100 messages.
      if (outcome === 'more') lastSent = -EVERY_MS;
      if (outcome === 'busy') pause(BUSY_MS, false);
      if (outcome !== 'idle' || queued) wake();
      return outcome;
    });
    return running;
  }

  function wake() {
    queued = true;
    if (timer || running || stopped) return;
    timer = setTimeout(run, Math.max(FIRST_MS, lastSent + EVERY_MS - now(), notBefore - now()));
  }

  function resume() {
    // What is under way may have left too early, and its failure would have us wait once more.
    if (running) return void running.then(resume);
    if (!ordered) notBefore = 0;
    lastSent = -EVERY_MS;
    unset();
    wake();
  }

  return {
    wake,
    async flush() {
      let outcome: Outcome = 'more';
      while (outcome !== 'idle' && outcome !== 'failed' && !mustWait()) {
        if (outcome === 'busy') await new Promise((resolve) => setTimeout(resolve, BUSY_MS));
        // What is under way may have been read before the latest message was queued.
        await running;
        outcome = await run();
      }
    },
    hide() {
      if (!mustWait()) {
        void send(resting(outbox.unconfirmed()), true).then((outcome) => outcome !== 'idle' && wake());
      }
    },
    resume,
  };
}
