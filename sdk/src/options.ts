/** What a site can set. Every option can also come from the script tag, see `script.ts`. */
export interface Options {
  /** The site's public browser key. */
  writeKey: string;
  /** URL of the collector, any path prefix included, e.g. `https://c.example` or `https://shop.example/b`. */
  endpoint: string;
  /** ISO 4217 currency of carts that do not name one. Default `USD`. */
  currency?: string;
  /** Whether page views are sent without a call. Default true. Strings are what attributes hold. */
  pageViews?: boolean | 'true' | 'false';
}
