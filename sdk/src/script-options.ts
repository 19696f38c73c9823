import type { Options } from './options.ts';

/** The tag that is running this file; after an injection that hides it, the last tag of that name. */
export function findScript(): HTMLScriptElement | undefined {
  const current = document.currentScript as HTMLScriptElement | null;
  return current?.src
    ? current
    : [...document.querySelectorAll<HTMLScriptElement>('script[src*="/beckon.js"]')].pop();
}

/**
 * The options of a script tag: its query string (`?key=demo&pageViews=false`), which tag managers leave alone, and
 * its attributes (`data-write-key`), which win. The endpoint is the tag's own URL without its last path segment.
 */
export function optionsOf({ src, dataset }: Pick<HTMLScriptElement, 'src' | 'dataset'>): Partial<Options> {
  const { key, ...query } = Object.fromEntries(new URL(src).searchParams);
  return { endpoint: directoryOf(src), ...(key && { writeKey: key }), ...query, ...dataset };
}

/** `https://c.example/any/prefix` of `https://c.example/any/prefix/beckon.js?key=demo`. */
export const directoryOf = (src: string) => new URL('.', src).href.slice(0, -1);
