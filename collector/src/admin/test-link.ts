import { zValidator } from '@hono/zod-validator';
import { Hono } from 'hono';
import { z } from 'zod';
import { TEST_PARAMETER, testToken } from '../campaigns/test-link.ts';
import type { Env } from '../env.ts';
import { explainInvalid } from './explain-invalid.ts';
import { requireSite } from './require-site.ts';

const DAY_MS = 86_400_000;

export const testLinkRequest = z.strictObject({
  /** A page of the site; its address is answered with the parameter. */
  url: z.url({ protocol: /^https?$/ }),
  /** `false`: the link makes its visitor one like all others again. */
  test: z.boolean().default(true),
  /** Which variant to show, by campaign. */
  variants: z.record(z.string(), z.string()).default({}),
  /** How long the link works. */
  days: z.number().int().min(1).max(90).default(7),
});
export const testLink = z.object({ url: z.string(), expiresAt: z.iso.datetime() });

/** `/api/sites/:site/test-links`: signed addresses that make whoever opens them a test visitor. */
export const testLinks = new Hono<{ Bindings: Env }>().post(
  '/',
  zValidator('json', testLinkRequest, explainInvalid),
  async (c) => {
    const site = c.req.param('site') ?? '';
    await requireSite(c);
    const { url, test, variants, days } = c.req.valid('json');
    const until = Date.now() + days * DAY_MS;
    const address = new URL(url);
    const token = await testToken(site, test ? { variants } : null, until, c.env.SIGNING_KEY);
    address.searchParams.set(TEST_PARAMETER, token);
    return c.json({ url: address.href, expiresAt: new Date(until).toISOString() } satisfies z.infer<
      typeof testLink
    >);
  },
);
