import type { PopupContent } from '../message.ts';

const NAME = /^[a-z-]+$/;
/** Colours, lengths, numbers and names of fonts; nothing that could carry an address. */
const VALUE = /^(#[\da-f]{3,8}|[\d.]+(px|rem|em)?|[\w ,"'-]+)$/i;

/**
 * The custom properties of a theme, which the collector has made complete; what is missing or of another form is left to
 * the style sheet, which follows the visitor's light or dark setting. They have a prefix, for custom properties are
 * inherited into a shadow root, and many pages have an `--accent` or a `--card` of their own.
 */
export function themeProperties(theme: PopupContent['theme']): [name: string, value: string][] {
  return Object.entries(theme ?? {}).flatMap(([name, value]) =>
    NAME.test(name) && VALUE.test(String(value)) ? [[`--bk-${name}`, String(value)] as [string, string]] : [],
  );
}
