import { trustedAddress } from './trusted-address.ts';

/** ms after which nobody waits for a worker to start any more. */
const START_MS = 10_000;

/**
 * Registers our worker and waits for it: `serviceWorker.ready` would wait for the one that controls the page, which may be
 * the shop's own (https://github.com/firebase/firebase-js-sdk/issues/7693).
 * @throws Error when it does not start: it is refused, or slower than 10 s
 */
export async function register(address: string): Promise<ServiceWorkerRegistration> {
  const registration = await navigator.serviceWorker.register(trustedAddress(address), {
    updateViaCache: 'none',
  });
  const deadline = performance.now() + START_MS;
  for (;;) {
    // One that turns redundant while it is awaited was replaced by a newer one, or has failed.
    const worker = registration.installing ?? registration.waiting ?? registration.active;
    if (worker?.state === 'activated' || (registration.active && worker === registration.waiting))
      return registration;
    if (!worker || performance.now() > deadline) throw new Error(`The worker ${address} does not start.`);
    await new Promise<void>((resolve) => {
      worker.addEventListener('statechange', () => resolve(), { once: true });
      setTimeout(resolve, START_MS);
    });
  }
}

/** What is registered for our worker's folder, if it is ours. */
export async function registered(address: string): Promise<ServiceWorkerRegistration | undefined> {
  const registration = await navigator.serviceWorker.getRegistration(address);
  const worker = registration && scriptOf(registration);
  return worker === address ? registration : undefined;
}

/** URL of a registration's script. */
export const scriptOf = ({ active, waiting, installing }: ServiceWorkerRegistration): string =>
  (installing ?? waiting ?? active)?.scriptURL ?? '';

/** The key that a subscription was made with, as sites write it: base64url. */
export const keyOf = ({ options }: PushSubscription): string =>
  btoa(String.fromCharCode(...new Uint8Array(options.applicationServerKey ?? new ArrayBuffer(0))))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=+$/, '');
