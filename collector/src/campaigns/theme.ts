import { readableOn } from './colour.ts';
import type { ContentTheme } from './content-schema.ts';

/** What a popup has where its theme says nothing, by the visitor's setting. */
export const LIGHT: Painted = { card: '#ffffff', text: '#16181d', accent: '#1f5eff', onAccent: '#ffffff' };
export const DARK: Painted = { card: '#1c1e24', text: '#f3f4f6', accent: '#7aa2ff', onAccent: '#111111' };

/** How much of the text's colour the running text has; the rest is the card's. */
export const RUNNING_TEXT = 0.76;

/** Colours as they are painted, each `#rrggbb`. */
export interface Painted {
  card: string;
  text: string;
  accent: string;
  onAccent: string;
}
export type Mode = 'light' | 'dark';

/** What a theme sets in one of the visitor's modes; in dark, what it does not say is as in light. */
function chosen(theme: ContentTheme, mode: Mode): Partial<Painted> {
  const { accent, background, text } =
    mode === 'light'
      ? theme
      : { ...theme, ...(theme.dark?.background ? { text: undefined } : {}), ...theme.dark };
  return {
    ...(accent === undefined ? {} : { accent, onAccent: readableOn(accent) }),
    // A text colour alone would meet a card of either mode.
    ...(background === undefined ? {} : { card: background, text: text ?? readableOn(background) }),
  };
}

/** Every colour that a visitor sees in this mode. */
export function painted(theme: ContentTheme, mode: Mode): Painted {
  return { ...(mode === 'light' ? LIGHT : DARK), ...chosen(theme, mode) };
}
