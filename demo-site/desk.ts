import type { IncomingMessage } from 'node:http';
import { type Explanation, type Why, whyOf } from '../collector/src/campaigns/why.ts';
import type { Answer } from './pages.ts';

/** What the inspector shows of the visitor of its browser. */
export interface VisitorAnswer {
  /** Whether the collector has heard of the visitor. */
  known: boolean;
  test: boolean;
  campaigns: Why[];
}

export interface DeskOptions {
  /** Base URL, without a slash at its end. */
  collector: string;
  adminToken: string;
}

/** As which host this machine calls itself. */
export const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;
const MAX_BYTES = 1_000;
const NOBODY: VisitorAnswer = { known: false, test: false, campaigns: [] };

/**
 * What the inspector asks the collector's management API by way of the shop's server, which has the admin token. For a
 * demo on one's own machine alone: whoever reaches it can ask about every visitor.
 *
 * - `GET /inspector/visitor?id=<anonymousId>`: what stops each live campaign now
 * - `PUT /inspector/visitor?id=<anonymousId>` with `{"test": true}`: makes, or unmakes, a test visitor
 *
 * @returns `undefined` for other addresses
 */
export async function desk(
  request: IncomingMessage,
  url: URL,
  options: DeskOptions,
): Promise<Answer | undefined> {
  if (url.pathname !== '/inspector/visitor') return undefined;
  // A page from elsewhere can neither read the answers nor, without a preflight, send JSON; this ends DNS rebinding too.
  if (!LOOPBACK.test(request.headers.host ?? '')) return json(403, { message: 'From this machine only.' });
  if (request.method !== 'GET' && request.method !== 'PUT') return undefined;
  const ref = `anonymous:${encodeURIComponent(url.searchParams.get('id') ?? '')}`;
  if (request.method === 'PUT') {
    if (request.headers['content-type'] !== 'application/json') return json(415, { message: 'JSON only.' });
    const test = (await readJson(request))?.test === true;
    const { status } = await ask(options, 'PUT', `/profiles/${ref}/test`, { test });
    if (status !== 200) return json(502, { message: `The collector answered ${status}.` });
  }
  return json(200, await visitor(options, ref));
}

async function visitor(options: DeskOptions, ref: string): Promise<VisitorAnswer> {
  const [profile, list] = await Promise.all([
    ask<{ test: boolean }>(options, 'GET', `/profiles/${ref}`),
    ask<{ items: { id: string; name: string; priority: number; liveVersion: number | null }[] }>(
      options,
      'GET',
      '/campaigns',
    ),
  ]);
  if (profile.status !== 200) return NOBODY;
  const published = list.body.items
    .filter(({ liveVersion }) => liveVersion !== null)
    .sort((a, b) => b.priority - a.priority);
  const explained = await Promise.all(
    published.map(async (campaign) => {
      const path = `/profiles/${ref}/explain?campaign=${campaign.id}`;
      const { status, body } = await ask<Explanation>(options, 'GET', path);
      return status === 200 ? [whyOf(campaign, body)] : [];
    }),
  );
  return { known: true, test: profile.body.test, campaigns: explained.flat() };
}

/** A question to the management API, about the demo site. */
export async function ask<T>(
  { collector, adminToken }: DeskOptions,
  method: string,
  path: string,
  body?: object,
): Promise<{ status: number; body: T }> {
  const response = await fetch(`${collector}/api/sites/demo${path}`, {
    method,
    headers: { Authorization: `Bearer ${adminToken}`, 'Content-Type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as T };
}

async function readJson(request: IncomingMessage): Promise<{ test?: unknown } | null> {
  let text = '';
  for await (const chunk of request) {
    text += chunk;
    if (text.length > MAX_BYTES) return null;
  }
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function json(status: number, body: object): Answer {
  return { status, type: 'application/json; charset=utf-8', body: JSON.stringify(body) };
}
