/** Strings are what attributes hold. */
type Switch = boolean | 'true' | 'false';

/** What a site can set. Every option can also come from the script tag, see `script.ts`. */
export interface Options {
  /** The site's public browser key. */
  writeKey: string;
  /** URL of the collector, any path prefix included, e.g. `https://c.example` or `https://shop.example/b`. */
  endpoint: string;
  /** ISO 4217 currency of carts that do not name one. Default `USD`. */
  currency?: string;
  /** Whether page views are sent without a call. Default true. */
  pageViews?: Switch;
  /** Events heard from the page without code of the site's own: `ga4`, `jsonld`, or both; empty or true: all. */
  ecommerce?: Switch | string;
  /** Calls meant for other tools that are heard as well: `segment`, `yespo`, `klaviyo`, `pages`; empty or true: the first three. */
  compat?: Switch | string;
  /** Signs of trouble: `search`, `errors`, `rage`, `abandon`; empty or true: all. */
  signals?: Switch | string;
  /** Whether the SDK explains itself in the console. */
  debug?: Switch;
}
