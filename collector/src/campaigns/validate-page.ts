import { pathMatches } from './path-glob.ts';
import { error, type Problem, warning } from './problem.ts';
import type { CampaignDraft } from './schema.ts';

type Page = CampaignDraft['page'];
type Glob = Page['include'][number];

/** Where buyers must not be disturbed. */
const CHECKOUT = ['/checkout', '/checkout/payment'];

/** Pages on which a campaign is never shown, though its author thinks so; and the other way round. */
export function validatePage({ include, exclude }: Page): Problem[] {
  if (include.length === 0)
    return [error('/page/include', 'It has no page to be shown on. Name one, or /* for all.')];
  const covered = include.map((glob) => exclude.some((other) => covers(other, glob)));
  if (covered.every(Boolean)) {
    return [error('/page/exclude', 'All of its pages are excluded again, so it is never shown.')];
  }
  const problems = include.flatMap(({ path }, index) =>
    covered[index]
      ? [warning(`/page/include/${index}`, `"${path}" is excluded again, so it is not shown there.`)]
      : [],
  );
  const inCheckout = include.some(({ path, ...host }) =>
    CHECKOUT.some(
      (page) => pathMatches(path, page) && !exclude.some((other) => covers(other, { ...host, path: page })),
    ),
  );
  if (inCheckout) {
    const message =
      'It may be shown in the checkout, and keep people from buying. Exclude /checkout* if you do not mean that.';
    problems.push(warning('/page/exclude', message));
  }
  return problems;
}

/** Whether two campaigns may be shown on the same page: one of them on all pages of the other. */
export function sharePage(a: Page, b: Page): boolean {
  const reaches = (one: Page, other: Page) =>
    one.include.some((glob) =>
      other.include.some((inner) => covers(glob, inner) && !one.exclude.some((out) => covers(out, inner))),
    );
  return reaches(a, b) || reaches(b, a);
}

/** Whether a glob matches all that another one does: its stars must stand for those of the other. */
function covers(outer: Glob, inner: Glob): boolean {
  const sameHost =
    outer.host === undefined || (inner.host !== undefined && pathMatches(outer.host, inner.host));
  return sameHost && pathMatches(outer.path, inner.path);
}
