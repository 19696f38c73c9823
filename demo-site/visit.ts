import type { JsonObject, Message } from '../sdk/src/message.ts';

/** One visit to the shop, told message by message as the SDK would tell it. */
export interface Visit {
  messages: Message[];
  view(path: string): void;
  track(event: string, path: string, properties: object): void;
  /** @param userId `null` for somebody who has not logged in */
  identify(path: string, userId: string | null, traits: JsonObject): void;
}

/**
 * @param options.id - begins the ids of the messages
 * @param options.pause - between two messages, ms
 * @param options.start - ms since the epoch
 */
export function startVisit(options: {
  shop: string;
  id: string;
  anonymousId: string;
  locale: string;
  referrer: string;
  start: number;
  pause: () => number;
}): Visit {
  const { shop, id, anonymousId, locale, referrer, pause } = options;
  const messages: Message[] = [];
  let time = options.start;
  let known: string | null = null;
  /** What every message of a page has. */
  const on = (address: string) => {
    time += pause();
    const { pathname: path, search, href: url } = new URL(address, shop);
    return {
      messageId: `${id}-${messages.length}`,
      anonymousId,
      ...(known === null ? {} : { userId: known }),
      timestamp: new Date(time).toISOString(),
      context: {
        page: { url, path, search, referrer, title: 'Demo shop' },
        locale,
        library: { name: 'demo-history', version: '1' },
      },
    };
  };
  return {
    messages,
    view(address) {
      const message = on(address);
      const { url, path } = message.context.page;
      messages.push({ ...message, type: 'page', properties: { url, path, referrer } });
    },
    track(event, address, properties) {
      // A copy: the cart that is told goes on changing.
      messages.push({
        ...on(address),
        type: 'track',
        event,
        properties: JSON.parse(JSON.stringify(properties)),
      });
    },
    identify(address, userId, traits) {
      known = userId ?? known;
      messages.push({ ...on(address), type: 'identify', traits });
    },
  };
}
