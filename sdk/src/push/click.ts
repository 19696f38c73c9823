/** An open page. */
interface Open {
  url: string;
  frameType?: string;
}

/** What a click on a push adds to an address, and the page takes out of it. */
const OURS = /([?&])beckon_(push|ref)=[^&#]*(&?)/g;

/** What two addresses of one page have in common. */
const pageOf = (url: string) =>
  url.replace(OURS, (_, before, __, after) => after && before).replace(/#.*/, '');

/** Where a click leads: an address of the site's own, else its start page. */
export function targetOf(url: string | undefined, origin: string): string {
  try {
    const target = new URL(url || '/', origin);
    if (target.origin === origin) return target.href;
  } catch {
    // No address.
  }
  return `${origin}/`;
}

/**
 * The page that a click brings to the front.
 * @param open - the last used first
 * @returns with `isThere` where it shows the target already; undefined where the site is not open
 */
export function chooseClient<T extends Open>(
  open: readonly T[],
  target: string,
): { client: T; isThere: boolean } | undefined {
  const pages = open.filter(({ frameType }) => frameType !== 'nested');
  const there = pages.find(({ url }) => pageOf(url) === pageOf(target));
  const client = there ?? pages[0];
  return client && { client, isThere: !!there };
}
