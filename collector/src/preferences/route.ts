import type { Context } from 'hono';
import { uuidv7 } from 'uuidv7';
import type { ConsentChannel, JsonObject } from '../../../sdk/src/message.ts';
import { CONSENT_CHANNELS, TOPIC } from '../consent.ts';
import type { Env } from '../env.ts';
import { deliverTo } from '../ingest/deliver.ts';
import { readBytes } from '../ingest/parse.ts';
import type { StoredMessage } from '../message.ts';
import { askOwner } from '../profile/people.ts';
import type { ProfileJson } from '../profile/profile-json.ts';
import { siteOf } from '../profile/profile-name.ts';
import type { ReadResult } from '../profile/rpc.ts';
import { base64url } from '../signing.ts';
import { loadSite, type Site } from '../sites.ts';
import { type Choice, choicesIn, endOf, type Row, rowsOf } from './choices.ts';
import { brokenLinkPage, preferencesPage } from './page.ts';
import { languageFor } from './texts.ts';
import { readPreferencesToken } from './token.ts';

type C = Context<{ Bindings: Env }>;

interface Opened {
  /** Of the person's object. */
  name: string;
  site: Site;
  rows: Row[];
}

/** `GET /v1/preferences/:token`: shows, and changes nothing: scanners of mails open every link. */
export async function showPreferences(c: C, now: number): Promise<Response> {
  const opened = await open(c, now);
  return opened instanceof Response ? opened : page(c, opened, null);
}

/** `POST /v1/preferences/:token`: what the page's form says, or (RFC 8058) one click in a mail program. */
export async function changePreferences(c: C, now: number): Promise<Response> {
  const opened = await open(c, now);
  if (opened instanceof Response) return opened;
  const form = await formIn(c.req.raw);
  const isOneClick = form.get('List-Unsubscribe') === 'One-Click';
  const choices = isOneClick ? endOf(opened.rows, channelIn(c), topicIn(c)) : choicesIn(form, opened.rows);
  if (choices.length > 0) {
    await deliverTo(
      opened.name,
      choices.map((choice) => messageOf(choice, now)),
      c.env,
    );
  }
  const rows = await read(c.env, opened.name, opened.site);
  return page(
    c,
    { ...opened, rows: rows ?? [] },
    isOneClick || form.get('end') === 'all' ? 'ended' : 'saved',
  );
}

async function open(c: C, now: number): Promise<Opened | Response> {
  const token = await readPreferencesToken(c.req.param('token') ?? '', now, c.env.SIGNING_KEY);
  if (token.kind !== 'valid') return broken(c, token.kind, 'en');
  const { name } = token;
  const site = await loadSite(c.env, siteOf(name), now);
  const rows = site && (await read(c.env, name, site));
  // Who was erased has nothing to choose, and must not come back by it.
  return rows ? { name, site, rows } : broken(c, 'forged', site?.settings.language ?? 'en');
}

/** `null`: nothing is known of this person. */
async function read(env: Env, name: string, site: Site): Promise<Row[] | null> {
  const { json } = await askOwner<Extract<ReadResult, { kind: 'read' }>>(
    name,
    env,
    async (profile) => profile.read() as Promise<ReadResult>,
  );
  const topics = site.settings.topics.map(({ id }) => id);
  return json === null ? null : rowsOf(JSON.parse(json) as ProfileJson, topics);
}

/** The person's own word, as any other is kept. */
function messageOf({ channel, topic, state, address }: Choice, now: number): StoredMessage {
  const properties: JsonObject = {
    ...{ channel, state, source: 'preferences' },
    ...(topic === null ? {} : { topic }),
    ...(address === null ? {} : { address }),
    ...(state === 'granted' ? { opt_in: true } : {}),
  };
  const timestamp = new Date(now).toISOString();
  return {
    messageId: uuidv7(),
    type: 'track',
    event: 'consent_updated',
    timestamp,
    properties,
    server: true,
  };
}

async function formIn(request: Request): Promise<URLSearchParams> {
  const text = new TextDecoder().decode(await readBytes(request));
  const type = request.headers.get('Content-Type') ?? '';
  if (!type.startsWith('multipart/form-data')) return new URLSearchParams(text);
  // RFC 8058 allows it for the one field that there is.
  const isOneClick = /name="List-Unsubscribe"\r?\n\r?\nOne-Click\r?\n/.test(text);
  return new URLSearchParams(isOneClick ? { 'List-Unsubscribe': 'One-Click' } : {});
}

function channelIn(c: C): ConsentChannel | null {
  return CONSENT_CHANNELS.find((channel) => channel === c.req.query('channel')) ?? null;
}

function topicIn(c: C): string | null {
  const topic = c.req.query('topic');
  return topic !== undefined && TOPIC.test(topic) ? topic : null;
}

function page(c: C, { site, rows }: Opened, said: Parameters<typeof preferencesPage>[2]): Response {
  const language = languageOf(c, site.settings.language);
  return answer(c, 200, (nonce) => preferencesPage(rows, site.settings, said, { language, nonce }));
}

function broken(c: C, why: 'forged' | 'expired', usual: string): Response {
  const language = languageOf(c, usual);
  return answer(c, why === 'forged' ? 404 : 410, (nonce) => brokenLinkPage(why, { language, nonce }));
}

function languageOf(c: C, usual: string) {
  return languageFor(c.req.query('lang') ?? c.req.header('Accept-Language') ?? null, usual);
}

function answer(c: C, status: 200 | 404 | 410, write: (nonce: string) => string): Response {
  const nonce = base64url(crypto.getRandomValues(new Uint8Array(16)));
  return c.body(write(nonce), status, {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': `default-src 'none'; style-src 'nonce-${nonce}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
    'Cache-Control': 'no-store',
    // The address opens the page for whoever has it.
    'Referrer-Policy': 'no-referrer',
    'X-Robots-Tag': 'noindex',
    'X-Content-Type-Options': 'nosniff',
  });
}
