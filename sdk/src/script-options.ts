import type { Options } from './options.ts';

/** The tag that is running this file; where the browser does not tell (a module, an inlined copy), the one of that name. */
export function findScript(): HTMLScriptElement | null {
  const current = document.currentScript as HTMLScriptElement | null;
  return current?.src ? current : document.querySelector('script[src*="/beckon.js"]');
}

/**
 * The options of a script tag: its query string (`?key=demo&pageViews=false`), which tag managers leave alone, and
 * its attributes (`data-write-key`), which win. The endpoint is the tag's own URL without its last path segment.
 */
export function optionsOf({ src, dataset }: Pick<HTMLScriptElement, 'src' | 'dataset'>): Partial<Options> {
  const { key, ...query } = Object.fromEntries(new URL(src).searchParams);
  return {
    endpoint: new URL('.', src).href.slice(0, -1),
    ...(key && { writeKey: key }),
    ...query,
    ...dataset,
  };
}
