import { mix, ratio, rgbOf } from './colour.ts';
import type { ContentTheme } from './content-schema.ts';
import { type Mode, painted, RUNNING_TEXT } from './theme.ts';

/** Contrast ratios, 1 to 21, that visitors of one mode see. */
export interface Contrasts {
  heading: number;
  /** Of everything that is smaller; it is painted paler. */
  text: number;
  button: number;
}

/** As the popup paints it. */
export function contrastsOf(theme: ContentTheme, mode: Mode): Contrasts {
  const { card, text, accent, onAccent } = painted(theme, mode);
  return {
    heading: ratio(rgbOf(text), rgbOf(card)),
    text: ratio(mix(rgbOf(text), rgbOf(card), RUNNING_TEXT), rgbOf(card)),
    button: ratio(rgbOf(onAccent), rgbOf(accent)),
  };
}
