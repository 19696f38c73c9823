import { backoff, retryAfter } from './backoff.ts';
import type { BeckonError } from './events.ts';
import type { BatchAnswer, ErrorAnswer } from './message.ts';
import type { Options } from './options.ts';
import type { Entry, Outbox } from './outbox.ts';

/** One attempt to deliver a batch. `status` is 0 when no answer came; `answer` is null without a readable body. */
export interface DeliveryAttempt {
  /** The messages, each as JSON. */
  sent: string[];
  status: number;
  answer: BatchAnswer | ErrorAnswer | null;
}

export interface Delivery {
  /** Something is queued. */
  wake(): void;
  /** Sends all that is queued now; resolves when nothing is left, or an attempt failed. */
  flush(): Promise<void>;
  /** The page may be going away: what is not on its way leaves at once. */
  depart(): void;
  /** The network or the page is back: failures so far say nothing about now. */
  restart(): void;
  /** Nothing leaves any more. */
  stop(): void;
}

/** ms from a page's first event to its first batch. */
const FIRST_MS = 50;
/** ms from one batch to the next. */
const EVERY_MS = 2_000;
/** ms by which a hidden tab waits longer: a visible one sends the messages of both. */
const HIDDEN_MS = 1_000;
/** ms after which a request counts as lost, for it holds up the site's other tabs. */
const TIMEOUT_MS = 30_000;
/** ms, more than a timer can wait. */
const NEVER_MS = 2e9;
const BATCH_MESSAGES = 100;
/** Browsers let a page's keepalive requests carry 64 KiB in all; other scripts need some of it. No batch is larger, so that each can leave with the page. */
const KEEPALIVE_BYTES = 60_000;

/** The page's clock: the device's can be set back, and nothing would leave until it has caught up. */
const now = () => performance.now();

/**
 * When and how a batch leaves. A message leaves the outbox only when the collector has answered 2xx, or refused it for
 * good.
 * @param seal - makes the request's body around the messages, which are JSON and separated by commas
 */
export function createDelivery(
  { endpoint, writeKey, cookie }: Pick<Options, 'endpoint' | 'writeKey' | 'cookie'>,
  outbox: Outbox,
  seal: (messages: string) => string,
  onAttempt: (attempt: DeliveryAttempt) => void,
  onError: (error: BeckonError) => void,
): Delivery {
  const { busy } = outbox;

  let timer: ReturnType<typeof setTimeout> | undefined;
  /** Whether there is more to send at once. */
  let running: Promise<boolean> | undefined;
  /** Something was queued while a batch was under way, or is queued still. */
  let queued = false;
  /** When the next batch may leave, by the page's clock. */
  let due = 0;
  /** That is the server's wish, which neither `flush` nor a returning network overrules. */
  let ordered = false;
  let failures = 0;
  let limit = BATCH_MESSAGES;
  let keptAlive = 0;
  let stopped = false;

  const mustWait = () => ordered && due > now();

  /** Sends as many of the messages as fit, the first ones, and does what the answer says. Never rejects. */
  async function send(entries: Entry[], leaving?: boolean): Promise<boolean> {
    const room = KEEPALIVE_BYTES - keptAlive;
    const json: string[] = [];
    const sent: string[] = [];
    let bytes = 0;
    for (const [id, message] of entries) {
      const more = new Blob([message]).size + 1;
      if (bytes && bytes + more > room) break;
      bytes += more;
      json.push(message);
      sent.push(id);
      busy.add(id);
    }
    if (stopped || !bytes) return false;
    const kept = bytes > room ? 0 : bytes;
    keptAlive += kept;

    let status = 0;
    let ok = false;
    let wait: number | undefined;
    let body: BatchAnswer | ErrorAnswer | null = null;
    try {
      const response = await fetch(`${endpoint}/v1/batch${leaving ? '?beacon=1' : ''}`, {
        method: 'POST',
        // A string goes as `text/plain`, without the preflight that `application/json` would cost.
        body: seal(json.join()),
        credentials: cookie ? 'include' : 'omit',
        keepalive: kept > 0,
        signal: AbortSignal.timeout?.(TIMEOUT_MS) as AbortSignal,
      });
      ({ status, ok } = response);
      wait =
        status === 401 || status === 403
          ? Number.POSITIVE_INFINITY
          : retryAfter(response.headers.get('retry-after'), Date.now());
      // A body that nobody reads stays in the page's keepalive quota for good.
      body = await response.json();
    } catch {
      // No answer, or one without a JSON body; which of the two, the status says.
    }
    keptAlive -= kept;

    const error = (body as ErrorAnswer | null)?.error ?? { code: 'refused', message: `${status}` };
    const spoiled = status === 400 || status === 413;
    // One message spoils the batch: halves of halves find it.
    const halve = spoiled && sent.length > 1;
    const failed = !ok && !spoiled;
    // Where there were as many as were asked for, there may be others behind them.
    const more = !failed && (spoiled || sent.length < entries.length || entries.length === limit);
    limit = halve ? (sent.length + 1) >> 1 : BATCH_MESSAGES;
    if (ok) {
      failures = 0;
      ordered = false;
      (body as BatchAnswer | null)?.rejected?.forEach(onError);
    } else if (failed) {
      queued = true;
      failures += 1;
      // 401 and 403: kept until the page is loaded again, when the key or the allowed origins may have been mended.
      if (wait === Number.POSITIVE_INFINITY) onError(error);
      // Everything else may pass: no network (whatever navigator.onLine says), 408, 429, 5xx, a proxy's 404.
      ordered = wait !== undefined;
      due = Math.max(due, now() + (wait ?? backoff(failures, Math.random())));
    } else if (!halve) onError({ ...error, messageId: sent[0] });
    if (failed || halve) for (const id of sent) busy.delete(id);
    else await outbox.remove(sent);
    onAttempt({ sent: json, status, answer: body });
    return more;
  }

  async function sendOldest(): Promise<boolean> {
    const entries = await outbox.oldest(limit);
    due = now() + EVERY_MS;
    return send(entries);
  }

  /** One request at a time per site, over all tabs; the lock is held for one request and never while idle. */
  async function attempt(): Promise<boolean> {
    queued = false;
    try {
      return await navigator.locks.request(`beckon:${writeKey}`, sendOldest);
    } catch {
      // No locks on http, or in an opaque origin; `sendOldest` itself does not reject.
      return sendOldest();
    }
  }

  function run(): Promise<boolean> {
    timer = clearTimeout(timer) as undefined;
    running ??= attempt().then((more) => {
      running = undefined;
      // A backlog does not wait 2 s for each 100 messages.
      if (more) due = 0;
      if (more || queued) wake();
      return more;
    });
    return running;
  }

  function wake() {
    queued = true;
    if (timer || running || due > NEVER_MS) return;
    timer = setTimeout(run, Math.max(FIRST_MS, due - now()) + (document.hidden ? HIDDEN_MS : 0));
  }

  function resume() {
    // What is under way may have left too early, and its failure would have us wait once more.
    if (running) return void running.then(resume);
    if (!ordered) due = 0;
    timer = clearTimeout(timer) as undefined;
    wake();
  }

  return {
    wake,
    async flush() {
      let more = true;
      while (more && !mustWait()) {
        // What is under way may have been read before the latest message was queued.
        await running;
        more = await run();
      }
    },
    depart() {
      if (!mustWait()) void send(outbox.unconfirmed(), true).then(wake);
    },
    restart: resume,
    stop() {
      stopped = true;
    },
  };
}
