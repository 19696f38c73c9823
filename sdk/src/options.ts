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
  /** Whether routes live in the fragment (`#/cart`), so that a change of it is a page view. Default false. */
  hashRoutes?: Switch;
  /**
   * `first-party`: the collector is on the site's own domain and keeps the anonymous id in a cookie that scripts
   * cannot read and browsers do not purge.
   */
  cookie?: 'first-party';
  /** What holds until the visitor has decided, or Google Consent Mode has spoken. Default `granted`. */
  consent?: 'granted' | 'denied' | 'pending';
  /** What a browser's Global Privacy Control denies, unless the visitor has decided otherwise. Default `marketing`. */
  gpc?: 'marketing' | 'all' | 'ignore';
  /** The owner's other domains, to whose pages links take the anonymous id along: `shop.example, shop.test`. */
  linkDomains?: string;
  /** Events heard from the page without code of the site's own: `ga4`, `jsonld`, or both; empty or true: all. */
  ecommerce?: Switch | string;
  /** Calls meant for other tools that are heard as well: `segment`, `yespo`, `klaviyo`, `pages`; empty or true: the first three. */
  compat?: Switch | string;
  /** Signs of trouble: `search`, `errors`, `rage`, `abandon`; empty or true: all. */
  signals?: Switch | string;
  /** Brought by a signed link, which opens the inspector on the page: its token. */
  inspector?: string;
  /** Whether the SDK explains itself in the console. */
  debug?: Switch;
}
