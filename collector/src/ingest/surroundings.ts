import Bowser from 'bowser';
import { isbot } from 'isbot';
import type { JsonObject } from '../../../sdk/src/message.ts';

/** What a request tells of the visitor who sent it, beyond its body. The IP address is not among it. */
export interface Surroundings {
  /** Whether the User-Agent is that of a crawler. */
  bot: boolean;
  /** For the context of its messages, in Segment's words: `location` and `device`, where they are known. */
  context: JsonObject;
}

/** Of a User-Agent: what is longer is cut. */
const MAX_LENGTH = 512;

/** Reads a browser's request. What a server sends speaks of others: there it says nothing. */
export function surroundingsOf(request: Request): Surroundings {
  const userAgent = request.headers.get('User-Agent')?.slice(0, MAX_LENGTH) ?? '';
  // Without Cloudflare's network in front, `wrangler dev` says that everybody is in Austin, Texas.
  const cf = request.headers.has('CF-Ray') ? request.cf : undefined;
  const location = locationOf(cf as IncomingRequestCfProperties | undefined);
  const device = deviceOf(userAgent);
  return { bot: isbot(userAgent), context: { ...(location && { location }), ...(device && { device }) } };
}

/** Nothing is known behind Tor (`T1`) and where Cloudflare knows nothing (`XX`). */
export function locationOf(cf: Partial<IncomingRequestCfProperties> | undefined): JsonObject | null {
  const { country, region, city, timezone } = cf ?? {};
  if (!country || !/^[A-Z]{2}$/.test(country) || String(country) === 'XX') return null;
  return present({ country, region, city, timezone });
}

/** `{type: 'desktop' | 'mobile' | 'tablet' | 'tv', os: 'Android', browser: 'Chrome'}`, each where it is known. */
export function deviceOf(userAgent: string): JsonObject | null {
  if (userAgent === '') return null;
  const { platform, os, browser } = Bowser.parse(userAgent);
  const type = /^(desktop|mobile|tablet|tv)$/.test(platform.type ?? '') ? platform.type : undefined;
  const device = present({ type, os: os.name, browser: browser.name });
  return Object.keys(device).length > 0 ? device : null;
}

function present(values: Record<string, string | undefined>): JsonObject {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value)) as JsonObject;
}
