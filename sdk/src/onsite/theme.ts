import type { PopupContent } from '../message.ts';

type Rgb = readonly [number, number, number];

/** `#rrggbb` only: a colour must not be able to carry a `url()`. */
function rgbOf(colour: string | undefined): Rgb | undefined {
  const [, r, g, b] = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(colour ?? '') ?? [];
  return r && g && b ? [Number.parseInt(r, 16), Number.parseInt(g, 16), Number.parseInt(b, 16)] : undefined;
}

/** WCAG 2 relative luminance. https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminance(rgb: Rgb): number {
  const [r, g, b] = rgb.map((channel) => {
    const part = channel / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** The text colour with the greater contrast. */
const textOn = (rgb: Rgb) => (luminance(rgb) > 0.179 ? '#111111' : '#ffffff');

/**
 * The custom properties of a theme; what is missing or no colour is left to the style sheet, which follows the
 * visitor's light or dark setting. Text that the theme does not colour is readable on what it does.
 */
export function themeProperties({ accent, background, text }: NonNullable<PopupContent['theme']>) {
  const properties: Record<string, string> = {};
  const button = rgbOf(accent);
  const card = rgbOf(background);
  if (accent && button) Object.assign(properties, { '--accent': accent, '--on-accent': textOn(button) });
  if (background && card) Object.assign(properties, { '--card': background, '--text': textOn(card) });
  if (text && rgbOf(text) && card) properties['--text'] = text;
  return properties;
}
