/** What our worker uses of its global scope; TypeScript's libraries for pages and workers exclude each other. */
export interface WorkerScope {
  /** Set by the collector, in front of the worker's code. */
  beckonPush?: { collector: string; site: string };
  registration: ServiceWorkerRegistration & { sync?: { register(tag: string): Promise<void> } };
  clients: {
    matchAll(options: { type: 'window'; includeUncontrolled: true }): Promise<PageClient[]>;
    openWindow(url: string): Promise<unknown>;
  };
  location: Location;
  addEventListener<Type extends keyof WorkerEvents>(
    type: Type,
    listener: (event: WorkerEvents[Type]) => void,
  ): void;
}

export interface PageClient {
  url: string;
  frameType?: 'auxiliary' | 'top-level' | 'nested' | 'none';
  focus(): Promise<unknown>;
  postMessage(message: unknown, ports: Transferable[]): void;
}

interface Extendable {
  waitUntil(work: Promise<unknown>): void;
}
interface NotificationHandled extends Extendable {
  notification: Notification;
  action?: string;
}
interface WorkerEvents {
  push: Extendable & { data: { text(): string } | null };
  notificationclick: NotificationHandled;
  notificationclose: NotificationHandled;
  pushsubscriptionchange: Extendable & {
    newSubscription?: PushSubscription | null;
    oldSubscription?: PushSubscription | null;
  };
  sync: Extendable & { tag: string };
}
