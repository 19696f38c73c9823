export type Rgb = readonly [number, number, number];

/** @param colour `#rrggbb` */
export function rgbOf(colour: string): Rgb {
  const number = Number.parseInt(colour.slice(1), 16);
  return [(number >> 16) & 255, (number >> 8) & 255, number & 255];
}

/** `color-mix(in srgb, a <share>, b)`. */
export function mix(a: Rgb, b: Rgb, share: number): Rgb {
  return a.map((channel, index) => channel * share + (b[index] ?? 0) * (1 - share)) as unknown as Rgb;
}

/** 1 to 21: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
export function ratio(a: Rgb, b: Rgb): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** The colour for text on a background (`#rrggbb`): of nearly black and white the one that is easier to read. */
export function readableOn(background: string): string {
  const on = (text: string) => ratio(rgbOf(text), rgbOf(background));
  return on('#111111') > on('#ffffff') ? '#111111' : '#ffffff';
}

/** https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminance(rgb: Rgb): number {
  const [r, g, b] = rgb.map((channel) => {
    const part = channel / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
