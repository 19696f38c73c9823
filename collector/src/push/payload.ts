import { directionOf } from '../campaigns/content-wire.ts';

/**
 * Bytes of a message before it is encrypted. Firefox for Android is reached through a service that takes 3,070 of the
 * encrypted body: https://github.com/mozilla-services/autopush-rs/issues/748
 */
export const MAX_PAYLOAD_BYTES = 2_800;
/** A body is shortened to no less than these characters, about what notifications show, before pictures have to go. */
const MIN_BODY = 120;
/** In addresses, names the delivery by which somebody came. */
const MARK = 'beckon_push';

/** What a push message says, with everything filled in. */
export interface PushText {
  title: string;
  body?: string;
  /** Where a click leads; absolute. */
  url: string;
  icon?: string;
  image?: string;
  actions?: readonly { action: string; title: string; url: string }[];
}

/** Whom it is for, and what it is called. */
export interface PushAbout {
  /** The delivery's id; every address that is clicked carries it. */
  id: string;
  anonymousId: string;
  /** BCP 47. */
  lang: string;
  /** What replaces an older notification on the screen. */
  tag: string;
}

interface Notification {
  title: string;
  body?: string;
  navigate: string;
  lang: string;
  dir: 'ltr' | 'rtl';
  tag: string;
  icon?: string;
  image?: string;
  actions?: { action: string; title: string; navigate: string }[];
  data: { beckon: 1; id: string; visitor: string };
}

/**
 * What browsers are sent: the declarative form (https://w3c.github.io/push-api/#declarative-push-message), which some
 * show without waking a worker; ours reads the same.
 */
export interface PushPayload {
  web_push: 8030;
  notification: Notification;
}

export type FittedPayload = { payload: PushPayload } | { fault: 'payload'; detail: string };

/**
 * Makes a message of at most {@link MAX_PAYLOAD_BYTES}. What is too long loses, in this order and only as far as it must:
 * the end of its body, its image, its actions, its icon, the rest of its body.
 */
export function pushPayload(text: PushText, { id, anonymousId, lang, tag }: PushAbout): FittedPayload {
  const navigate = withDelivery(text.url, id);
  if (navigate === null) return fault(`"${text.url.slice(0, 200)}" is not an absolute http(s) address.`);
  if (text.title.trim() === '') return fault('The title is empty.');
  const actions = (text.actions ?? []).flatMap(({ action, title, url }) => {
    const address = withDelivery(url, id);
    return address === null ? [] : [{ action, title: title.toWellFormed(), navigate: address }];
  });
  const bare: Notification = {
    title: text.title.toWellFormed(),
    navigate,
    lang,
    dir: directionOf(lang),
    tag,
    data: { beckon: 1, id, visitor: anonymousId },
  };
  const icon = text.icon ? { icon: text.icon } : {};
  const pressed = actions.length > 0 ? { actions } : {};
  const image = text.image ? { image: text.image } : {};
  const body = text.body?.toWellFormed() ?? '';
  for (const extras of [{ ...icon, ...pressed, ...image }, { ...icon, ...pressed }, icon, {}]) {
    const fitted = withBody({ ...bare, ...extras }, body, MIN_BODY);
    if (fitted) return { payload: fitted };
  }
  const last = withBody(bare, body, 0);
  return last
    ? { payload: last }
    : fault(`Title and address alone make it longer than ${MAX_PAYLOAD_BYTES} bytes.`);
}

/** An address that says from which message it was clicked; `null`: it is none. */
function withDelivery(address: string, id: string): string | null {
  if (!URL.canParse(address)) return null;
  const url = new URL(address);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return null;
  // The rest of the query stays as it was written; only a mark that is there already makes it be written anew.
  if (url.searchParams.has(MARK)) url.searchParams.delete(MARK);
  url.search += `${url.search === '' ? '' : '&'}${MARK}=${encodeURIComponent(id).replaceAll('%40', '@')}`;
  return url.href;
}

/** With as much of the body as fits; `null`: not even `least` characters of it do. */
function withBody(notification: Notification, body: string, least: number): PushPayload | null {
  const whole = payloadOf(notification, body);
  if (bytesOf(whole) <= MAX_PAYLOAD_BYTES) return whole;
  const room = MAX_PAYLOAD_BYTES - bytesOf(payloadOf(notification, '…'));
  const { kept, characters } = beginning(body, room);
  if (room >= 0 && characters > 0 && characters >= least)
    return payloadOf(notification, `${kept.trimEnd()}…`);
  const without = payloadOf(notification, '');
  return least === 0 && bytesOf(without) <= MAX_PAYLOAD_BYTES ? without : null;
}

const characters = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** As many whole characters of a text as take up at most `room` bytes of JSON. */
function beginning(text: string, room: number): { kept: string; characters: number } {
  let [end, count, left] = [0, 0, room];
  // Every UTF-16 unit takes a byte at least, so that no more of a long text need be looked at.
  for (const { segment, index } of characters.segment(text.slice(0, Math.max(0, room) + 1))) {
    left -= bytesOf(segment) - 2;
    if (left < 0) break;
    end = index + segment.length;
    count++;
  }
  return { kept: text.slice(0, end), characters: count };
}

function payloadOf(notification: Notification, body: string): PushPayload {
  const { title, ...rest } = notification;
  return { web_push: 8030, notification: { title, ...(body === '' ? {} : { body }), ...rest } };
}

function bytesOf(value: PushPayload | string): number {
  return new TextEncoder().encode(JSON.stringify(value)).byteLength;
}

function fault(detail: string): FittedPayload {
  return { fault: 'payload', detail };
}
