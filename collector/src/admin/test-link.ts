import { zValidator } from '@hono/zod-validator';
import { Hono } from 'hono';
import { z } from 'zod';
import { definitionId } from '../campaigns/schema.ts';
import { campaignStore } from '../campaigns/storage.ts';
import { INSPECT_PARAMETER, type LinkClaims, linkToken, TEST_PARAMETER } from '../campaigns/test-link.ts';
import type { Env } from '../env.ts';
import { RequestError } from '../errors.ts';
import { explainInvalid } from './explain-invalid.ts';
import { requireSite } from './require-site.ts';

const DAY_MS = 86_400_000;
/** Characters of variants as JSON: addresses have a limit. */
const MAX_VARIANTS = 1_000;

export const testLinkRequest = z
  .strictObject({
    /** A page of the site; its address is answered with the parameters. */
    url: z.url({ protocol: /^https?$/ }),
    /**
     * `true`: the link makes its visitor a test visitor, `false`: one like all others again. When absent, a link that only
     * opens the inspector leaves him as he is, and any other one makes a test visitor.
     */
    test: z.boolean().exactOptional(),
    /** Which variant to show, by campaign. */
    variants: z
      .record(z.string(), z.string())
      .default({})
      .refine((variants) => JSON.stringify(variants).length <= MAX_VARIANTS, 'has too much in it'),
    /** A campaign whose draft is shown on the page, whatever of it is published. */
    draft: definitionId.exactOptional(),
    /** Whether the page opens the inspector. */
    inspect: z.boolean().default(false),
    /** How long the link works. */
    days: z.number().int().min(1).max(90).default(7),
  })
  .refine(({ draft, test }) => draft === undefined || test !== false, {
    path: ['test'],
    message: 'must not be false: a draft is shown to test visitors alone',
  });
export const testLink = z.object({ url: z.string(), expiresAt: z.iso.datetime() });

/** `/api/sites/:site/test-links`: signed addresses that make whoever opens them a test visitor, show him a draft, or open the inspector. */
export const testLinks = new Hono<{ Bindings: Env }>().post(
  '/',
  zValidator('json', testLinkRequest, explainInvalid),
  async (c) => {
    const site = c.req.param('site') ?? '';
    await requireSite(c);
    const { url, test, variants, draft, inspect, days } = c.req.valid('json');
    if (draft !== undefined && !(await campaignStore.get(c.env.DB, site, draft))) {
      throw new RequestError('not_found', `There is no campaign "${draft}".`);
    }
    const until = Date.now() + days * DAY_MS;
    const shown = draft === undefined ? {} : { draft };
    const address = new URL(url);
    const sign = (said: LinkClaims) => linkToken(site, said, c.env.SIGNING_KEY);
    if (test ?? (draft !== undefined || !inspect)) {
      address.searchParams.set(TEST_PARAMETER, await sign({ test: { variants }, ...shown, until }));
    } else if (test === false) {
      address.searchParams.set(TEST_PARAMETER, await sign({ test: null, until }));
    }
    // Two tokens: this one leaves the address bar, and no event has it.
    if (inspect) address.searchParams.set(INSPECT_PARAMETER, await sign({ ...shown, inspect: true, until }));
    return c.json({ url: address.href, expiresAt: new Date(until).toISOString() } satisfies z.infer<
      typeof testLink
    >);
  },
);
