import type { Content } from './schema.ts';

type Rgb = readonly [number, number, number];
type Theme = NonNullable<Content['theme']>;

/** What a popup has where its theme says nothing, by the visitor's setting; as sdk/src/onsite/style.ts. */
const LIGHT = { card: '#ffffff', text: '#16181d' };
const DARK = { card: '#1c1e24', text: '#f3f4f6' };
/** How much of the text's colour the running text has; the rest is the background's. */
const RUNNING_TEXT = 0.76;

/**
 * Contrast ratios, 1 to 21, that visitors see: the least of light and dark mode.
 * https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
 */
export interface Contrasts {
  heading: number;
  /** Of everything that is smaller; it is painted paler. */
  text: number;
  button: number;
}

/** As the popup paints it: see sdk/src/onsite/theme.ts, which chooses what the theme leaves open. */
export function contrastsOf(theme: Theme): Contrasts {
  const painted = [LIGHT, DARK].map((mode) => {
    const card = rgbOf(theme.background ?? mode.card);
    const text = theme.background === undefined ? rgbOf(mode.text) : rgbOf(theme.text ?? textOn(card));
    return { heading: ratio(text, card), text: ratio(mix(text, card, RUNNING_TEXT), card) };
  });
  const accent = theme.accent === undefined ? null : rgbOf(theme.accent);
  return {
    heading: Math.min(...painted.map(({ heading }) => heading)),
    text: Math.min(...painted.map(({ text }) => text)),
    // Without an accent the popup has one of its own, which is readable.
    button: accent ? ratio(rgbOf(textOn(accent)), accent) : 21,
  };
}

/** The text colour that a popup chooses for a background. */
function textOn(background: Rgb): string {
  return luminance(background) > 0.179 ? '#111111' : '#ffffff';
}

/** @param colour `#rrggbb` */
export function rgbOf(colour: string): Rgb {
  const number = Number.parseInt(colour.slice(1), 16);
  return [(number >> 16) & 255, (number >> 8) & 255, number & 255];
}

/** `color-mix(in srgb, a <share>, b)`. */
function mix(a: Rgb, b: Rgb, share: number): Rgb {
  return a.map((channel, index) => channel * share + (b[index] ?? 0) * (1 - share)) as unknown as Rgb;
}

export function ratio(a: Rgb, b: Rgb): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminance(rgb: Rgb): number {
  const [r, g, b] = rgb.map((channel) => {
    const part = channel / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
