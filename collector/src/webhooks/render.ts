import { hasLiquid, type PersonalData, type Renderer, rendererOf } from '../campaigns/liquid.ts';
import type { Formatting } from '../campaigns/liquid-filters.ts';
import { reasonOf } from '../campaigns/reason.ts';
import { mapStrings, type WebhookContent } from './content.ts';

/** A request as it leaves; `body`: `null`, it is our own event, or (of GET) none. */
export interface WebhookRequest {
  url: string;
  method: WebhookContent['method'];
  headers: Headers;
  body: string | null;
}

/** What the templates of one webhook read. */
export interface WebhookData {
  data: PersonalData;
  formatting: Formatting;
  address: string | null;
  delivery: { id: string };
  links: Readonly<Record<string, string>>;
  secrets: Readonly<Record<string, string>>;
  /** Adds what tells a click to the links of a text. */
  mark: (text: string) => string;
}

/** Bytes of a body: what providers take of a message. */
const MAX_BODY_BYTES = 64_000;

/**
 * The request for one person, or why there is none: a value is missing that no `default` stands in for, or what comes out
 * is no address, no header, or too long.
 */
export function renderWebhook(
  content: WebhookContent,
  { data, formatting, address, delivery, links, secrets, mark }: WebhookData,
): { request: WebhookRequest } | { reason: string } {
  const more = { delivery, links, secrets, ...(address === null ? {} : { address }) };
  const renderer = rendererOf(data, formatting, { more, strict: true });
  try {
    const url = urlOf(renderer, content.url);
    const headers = new Headers({ 'User-Agent': 'Beckon' });
    for (const [name, template] of Object.entries(content.headers)) {
      const value = render(renderer, 'text', template, `/headers/${name}`);
      try {
        headers.set(name, value);
      } catch {
        throw new Fault(`/headers/${name}: what comes out cannot stand in a header`);
      }
    }
    const { method } = content;
    if (content.body === undefined) return { request: { url, method, headers, body: null } };
    const rendered = mapStrings(content.body, '/body', (template, pointer) =>
      mark(render(renderer, 'text', template, pointer)),
    );
    const body = JSON.stringify(rendered);
    if (new TextEncoder().encode(body).length > MAX_BODY_BYTES) {
      throw new Fault(`/body: it has more than ${MAX_BODY_BYTES} bytes`);
    }
    if (!headers.has('Content-Type')) headers.set('Content-Type', 'application/json');
    return { request: { url, method, headers, body } };
  } catch (error) {
    if (error instanceof Fault) return { reason: error.message };
    throw error;
  }
}

class Fault extends Error {}

/** `:` is nothing special in a path, and stands in tokens. */
function urlOf(renderer: Renderer, template: string): string {
  const [path = '', ...rest] = render(renderer, 'address', template, '/url').split('?');
  const url = [path.replaceAll('%3A', ':'), ...rest].join('?');
  // The parser would leave out the part before it: another address than the one that was written.
  if (/[/\\](\.|%2e){1,2}([/\\?#]|$)/i.test(url)) throw new Fault('/url: a part of the path is "." or ".."');
  return url;
}

function render(renderer: Renderer, kind: keyof Renderer, template: string, pointer: string): string {
  if (!hasLiquid(template)) return template;
  try {
    return renderer[kind](template);
  } catch (error) {
    const missing = /undefined variable: ([\w.[\]"'-]+)/.exec(reasonOf(error))?.[1];
    const words = missing === undefined ? reasonOf(error).replace(/, (file:.*, )?line:\d+.*$/s, '') : '';
    throw new Fault(`${pointer}: ${missing === undefined ? words : `there is no ${missing}`}`);
  }
}
