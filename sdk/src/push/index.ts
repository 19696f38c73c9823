import type { Beckon } from '../api.ts';
import { pause } from '../onsite/until.ts';
import { broken, isNews, refused, whyQuiet } from './asking.ts';
import { whyUnsupported } from './availability.ts';
import type { PushHost } from './host.ts';
import { createMemory } from './memory.ts';
import { keyOf, register, registered, scriptOf } from './registration.ts';
import { planSync } from './sync-plan.ts';
import { givingWay } from './take-over.ts';
import type { WorkerFault } from './worker-fault.ts';
import { faultOf } from './worker-file.ts';

/** What this browser makes of push, on this page. */
export interface PushStatus {
  /** Whether the browser can do it at all. */
  supported: boolean;
  permission: NotificationPermission;
  /** Whether this browser is subscribed with the site's key. */
  subscribed: boolean;
  /**
   * Why the visitor cannot be asked now, `null` where he can: `unsupported`; `home_screen` (iOS: the site has to be put on
   * the home screen first); `consent`; `not_configured` (the site has no push); `unreachable` (the collector); `failed` (told to
   * `on('error')`); `denied`; `later` (he did not want to lately); `subscribed`; or what is wrong with the worker's file: `worker_origin`,
   * `worker_trusted_types` (the page's header lacks `trusted-types beckon`),
   * `worker_unreachable`, `worker_redirected`, `worker_status`, `worker_type`.
   */
  reason: string | null;
}

/** `GET /v1/sites/:key/config`, as far as push is concerned. */
interface Config {
  vapidPublicKey: string | null;
  push?: { workerPath: string; takeOver: { worker: string } | null };
}

/** ms after which a question that the browser shows quietly, if at all, counts as left alone. */
const IGNORED_MS = 20_000;
/** ms between two looks for `init`. */
const LOOK_MS = 200;

type Push = ReturnType<typeof createPush>;
const known = new WeakMap<PushHost, Push>();

function createPush(host: PushHost) {
  const { endpoint, writeKey, track } = host;
  const memory = createMemory(writeKey);
  const permission = (): NotificationPermission => window.Notification?.permission ?? 'denied';
  let asked: Promise<Config | undefined> | undefined;
  let fault: Promise<WorkerFault | undefined> | undefined;
  /** Nothing is wrong, and was when it was looked at last: the question may follow within the click. */
  let isReady = false;
  let wasAsked = false;
  /** What followed from the last answer. */
  let settled: Promise<unknown> | undefined;

  const config = () => {
    asked ??= fetch(`${endpoint}/v1/sites/${writeKey}/config`, { credentials: 'omit' })
      .then((response) => (response.ok ? response.json() : undefined))
      .catch(() => undefined);
    // Asked again the next time, where there was no answer.
    asked.then((answer) => {
      if (!answer) asked = undefined;
    });
    return asked;
  };
  const addressOf = (site: Config | undefined) =>
    new URL(site?.push?.workerPath ?? '/push/beckon/sw.js', location.origin).href;
  const isAllowed = () => {
    const consent = host.allowed();
    return !consent || (consent.analytics === true && consent.marketing !== false);
  };
  /** One tab at a time; there are no locks on some pages. */
  const alone = <T>(run: () => Promise<T>): Promise<T> =>
    navigator.locks ? (navigator.locks.request(`${writeKey}:beckon-push`, run) as Promise<T>) : run();

  async function tellOnce(reason: string, about: object) {
    const now = Date.now();
    if (!isNews(await memory.read(), reason, now)) return;
    track('push_unavailable', { reason, ...about });
    await memory.change((kept) => ({ ...kept, told: { reason, at: now } }));
  }
  async function found(site: Config | undefined) {
    const registration = site?.vapidPublicKey ? await registered(addressOf(site)) : undefined;
    return registration?.pushManager.getSubscription();
  }
  const isOurs = (subscription: PushSubscription | null | undefined, site: Config | undefined) =>
    !!subscription && keyOf(subscription) === site?.vapidPublicKey;

  /** Why the visitor cannot be asked now. */
  async function whyNot(): Promise<string | null> {
    isReady = false;
    const none = whyUnsupported();
    if (!isAllowed()) return 'consent';
    if (none === 'home_screen') await tellOnce(none, { address: location.origin });
    if (none) return none;
    const quiet = whyQuiet(await memory.read(), permission(), Date.now());
    if (quiet && quiet !== 'later') return quiet;
    const site = await config();
    if (!site) return 'unreachable';
    if (!site.vapidPublicKey) return 'not_configured';
    if (permission() === 'granted' && isOurs(await found(site), site)) return 'subscribed';
    fault ??= faultOf(addressOf(site));
    const wrong = await fault;
    if (wrong) {
      const { reason, ...about } = wrong;
      await tellOnce(reason, about);
      return reason;
    }
    isReady = true;
    // Where storage is refused, nobody is asked twice on a page all the same.
    return quiet ?? (wasAsked && permission() !== 'granted' ? 'later' : null);
  }

  async function send(method: 'PUT' | 'DELETE', about: object): Promise<boolean> {
    const { anonymousId, token } = host.visitor();
    const response = await fetch(`${endpoint}/v1/push/subscription`, {
      method,
      // As `text/plain`, like all that the SDK sends.
      body: JSON.stringify({ writeKey, anonymousId, token, ...about }),
      credentials: 'omit',
      keepalive: true,
    });
    if (!response.ok) {
      const refusal = (await response.json().catch(() => null)) as { error?: object } | null;
      host.fail((refusal?.error as { message?: string })?.message ?? `push: ${response.status}`);
    }
    return response.ok;
  }
  /** The collector hears of a subscription; where it does not, the next visit tells it. */
  async function put(subscription: PushSubscription, key: string, replaces?: string) {
    const { endpoint } = subscription;
    const { anonymousId } = host.visitor();
    if (await send('PUT', { subscription: subscription.toJSON(), key, replaces }))
      await memory.change((kept) => ({ ...kept, sent: { endpoint, key, anonymousId, at: Date.now() } }));
  }

  /**
   * Subscribes with the site's key, in place of what is there.
   * @throws what the browser says
   */
  async function renew(site: Config) {
    const key = site.vapidPublicKey as string;
    const registration = await register(addressOf(site));
    const before = await registration.pushManager.getSubscription();
    const isNew = !isOurs(before, site);
    if (before && isNew) await before.unsubscribe();
    try {
      const subscription = await registration.pushManager.subscribe({
        userVisibleOnly: true,
        applicationServerKey: key,
      });
      const { refusals, quietUntil, off, brokenUntil, ...kept } = await memory.read();
      await memory.change(() => kept);
      if (isNew) track('push_subscribed', { endpoint_origin: new URL(subscription.endpoint).origin });
      await put(subscription, key, isNew ? (before?.endpoint ?? kept.sent?.endpoint) : undefined);
    } catch (error) {
      // Brave, whose push service is off until its owner switches it on: https://github.com/brave/brave-browser/issues/41930
      if (/push service/i.test(String(error)))
        await memory.change((kept) => broken(kept, 'brave' in navigator, Date.now()));
      throw error;
    }
  }

  /** What an older tool left gives way: its subscription ends first, so that nobody is told twice. */
  async function takeOver(worker: string, site: Config) {
    const all = (await navigator.serviceWorker.getRegistrations()).map((registration) => ({
      registration,
      scope: registration.scope,
      script: scriptOf(registration),
    }));
    for (const { registration } of givingWay(all, addressOf(site), new URL(worker, location.origin).href)) {
      const old = await registration.pushManager.getSubscription();
      if (old && !(await old.unsubscribe())) throw new Error(`${registration.scope} stays subscribed.`);
      await registration.unregister();
    }
  }

  /** What a visit does; the visitor notices nothing. */
  async function sync() {
    if (!isAllowed() || !host.anonymousId() || whyUnsupported()) return;
    const kept = await memory.read();
    if ((kept.brokenUntil ?? 0) > Date.now()) return;
    if (permission() !== 'granted' && kept.sent) return end(kept.sent.endpoint);
    const site = await config();
    const key = site?.vapidPublicKey;
    if (!site || !key) return;
    const there = await found(site);
    const { anonymousId } = host.visitor();
    const plan = planSync(
      kept,
      {
        permission: permission(),
        key,
        subscription: there ? { endpoint: there.endpoint, key: keyOf(there) } : null,
        anonymousId,
        takesOver: !!site.push?.takeOver,
      },
      Date.now(),
    );
    if (plan === 'put' && there) await put(there, key, kept.sent?.endpoint);
    if (plan !== 'renew') return;
    // Nothing old ends before it is sure that something new can begin.
    fault ??= faultOf(addressOf(site));
    const wrong = await fault;
    if (wrong) {
      const { reason, ...about } = wrong;
      return tellOnce(reason, about);
    }
    if (site.push?.takeOver) await takeOver(site.push.takeOver.worker, site);
    await renew(site);
  }

  /** The collector forgets a subscription that is over. */
  async function end(endpoint: string) {
    track('push_unsubscribed', { endpoint_origin: new URL(endpoint).origin });
    await memory.change(({ sent, ...kept }) => kept);
    await send('DELETE', { endpoint });
  }

  async function answered(answer: NotificationPermission) {
    track('push_prompted', { answer });
    if (answer === 'default') await memory.change((kept) => refused(kept, Date.now()));
    const site = await config();
    if (answer === 'granted' && site) await alone(() => renew(site));
  }
  /** The browser's own question; called within a click, which it needs. */
  function ask(): Promise<NotificationPermission> {
    const answer = Notification.requestPermission();
    wasAsked = true;
    const first = Promise.race([answer, pause(IGNORED_MS).then(() => 'default' as const)]).catch(permission);
    settled = first.then(answered).catch(host.fail);
    // Answered after all, in the browser's own time.
    first
      .then((told) => answer.then((last) => (last === told ? undefined : answered(last))))
      .catch(host.fail);
    return first;
  }

  async function status(): Promise<PushStatus> {
    const reason = await whyNot();
    const supported = !whyUnsupported() && reason !== 'unsupported';
    const site = supported && isAllowed() ? await config() : undefined;
    return {
      supported,
      permission: permission(),
      subscribed: isOurs(await found(site), site),
      reason,
    };
  }

  host.answer = ask;
  host.on('message', ({ phase, popup }) => {
    if (popup.needs === 'push' && phase === 'dismissed')
      memory.change((kept) => refused(kept, Date.now())).catch(host.fail);
  });
  navigator.serviceWorker?.addEventListener('message', ({ data, ports }) => {
    const url = (data as { beckonGo?: string } | null)?.beckonGo;
    // Not from under the hands of somebody who is paying or writing.
    const isBusy = /\/checkout/i.test(location.pathname) || document.activeElement?.matches(':read-write');
    if (!url || isBusy || new URL(url).origin !== location.origin) return;
    ports[0]?.postMessage(true);
    // The worker brings it to the front meanwhile; of a page that has left it knows nothing.
    setTimeout(() => location.assign(url), 99);
  });
  navigator.serviceWorker?.startMessages?.();
  navigator.permissions
    ?.query({ name: 'notifications' })
    .then((state) => {
      state.onchange = () => void alone(sync).catch(host.fail);
    })
    .catch(() => {});

  return {
    whyNot,
    status,
    sync: () => alone(sync),
    async prompt(campaign = 'push-prompt') {
      const reason = await whyNot();
      if (!reason) host.messages.show(campaign);
      return status();
    },
    async subscribe() {
      // Looked at before, as by `prompt` or `status`: then the question comes first, within the click.
      // Who calls it for a button of the page's own, at once or after a "not now", wants it.
      if (!isReady || !isAllowed()) await whyNot();
      if (isReady) {
        await ask();
        await settled;
      }
      return status();
    },
    async unsubscribe() {
      const site = await config();
      const there = await found(site);
      if (there && isOurs(there, site)) {
        await there.unsubscribe();
        await end(there.endpoint);
      }
      await memory.change((kept) => ({ ...kept, off: true }));
      return status();
    },
  };
}

const of = (host: PushHost): Push => {
  const push = known.get(host) ?? createPush(host);
  known.set(host, push);
  return push;
};

const NOTHING: PushStatus = {
  supported: false,
  permission: 'default',
  subscribed: false,
  reason: 'unsupported',
};

/** A public call, which may come before `init`, and never rejects. */
const call =
  (name: 'prompt' | 'subscribe' | 'unsubscribe' | 'status') =>
  async (host: () => PushHost | undefined, given?: unknown): Promise<PushStatus> => {
    if (typeof window === 'undefined') return NOTHING;
    let begun = host();
    for (; !begun; begun = host()) await pause(LOOK_MS);
    try {
      return await of(begun)[name](given as string | undefined);
    } catch (error) {
      begun.fail(error);
      return { ...NOTHING, reason: 'failed' };
    }
  };
export const prompt = call('prompt');
export const subscribe = call('subscribe');
export const unsubscribe = call('unsubscribe');
export const status = call('status');

/** Loaded where the browser's permission is given: keeps the collector's copy of the subscription right, for whoever the visitor is. */
export function start(_: Beckon, __: string, host: PushHost): void {
  let synced: string | undefined;
  const look = () => {
    const id = host.anonymousId();
    // Another one after `reset`, or as the collector knows better.
    if (!id || id === synced) return;
    synced = id;
    of(host).sync().catch(host.fail);
  };
  look();
  host.on('delivery', () => setTimeout(look));
}
