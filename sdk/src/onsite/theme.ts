import type { PopupContent } from '../message.ts';

/** Colours, lengths, numbers and names of fonts; nothing that could carry an address, as none has parentheses. */
const VALUE = /^[#\w ,."'-]+$/;

/**
 * Sets the custom properties of a theme, which the collector has made complete; what is missing or of another form is
 * left to the style sheet, which follows the visitor's light or dark setting. They have a prefix, for custom properties
 * are inherited into a shadow root, and many pages have an `--accent` or a `--card` of their own.
 */
export function setTheme({ style }: HTMLElement, theme: PopupContent['theme']): void {
  for (const [name, value] of Object.entries(theme ?? {}))
    if (VALUE.test(value)) style.setProperty(`--bk-${name}`, value);
}
