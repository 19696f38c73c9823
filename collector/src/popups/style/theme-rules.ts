import { mix, type Rgb, readableOn, rgbOf } from '../../campaigns/colour.ts';
import type { ContentTheme } from '../../campaigns/content-schema.ts';
import { type Mode, painted, RUNNING_TEXT } from '../../campaigns/theme.ts';

/** Of the gap, by the word that a marketer chooses. */
const SPACING = { compact: '12px', normal: '16px', roomy: '20px' };

/** Of what no theme chooses: errors and stars, on a card that is light or dark. */
const ON_LIGHT = { e: '#c02626', star: '#b26b00' };
const ON_DARK = { e: '#ff9b9b', star: '#f5b544' };

/** The custom properties that these rules are written with; a value is what the schema of a theme lets through. */
export function themeRules({ radius = 20, font, spacing = 'normal', ...theme }: ContentTheme, rules: string) {
  const own = {
    r: `${radius}px`,
    g: SPACING[spacing],
    f: `${font === undefined ? '' : `${font},`}system-ui,sans-serif`,
  };
  const used = (properties: Record<string, string>) =>
    Object.entries(properties)
      .filter(([name]) => rules.includes(`var(--${name})`))
      .map(([name, value]) => `--${name}:${value}`)
      .join(';');
  const [light, dark] = (['light', 'dark'] as const).map((mode) => {
    const { scheme, ...colours } = coloursOf(theme, mode);
    return `color-scheme:${scheme};${used(colours)}`;
  });
  const atNight = dark === light ? '' : `@media (prefers-color-scheme:dark){.popup{${dark}}}`;
  return `.popup{${light};${used(own)}}${atNight}`;
}

function coloursOf(theme: ContentTheme, mode: Mode) {
  const { card, text, accent, onAccent } = painted(theme, mode);
  const isDark = readableOn(card) === '#ffffff';
  const onCard = (colour: string, share: number) => hex(mix(rgbOf(colour), rgbOf(card), share));
  return {
    scheme: isDark ? 'dark' : 'light',
    ...{ c: card, t: text, a: accent, o: onAccent },
    /** Running text, the edge of a control, a place that the accent tints, and a choice in it. */
    ...{ soft: onCard(text, RUNNING_TEXT), edge: onCard(text, 0.55) },
    ...{ tint: onCard(accent, 0.09), chosen: onCard(accent, 0.24) },
    ...(isDark ? ON_DARK : ON_LIGHT),
  };
}

function hex(colour: Rgb): string {
  return `#${colour.map((channel) => Math.round(channel).toString(16).padStart(2, '0')).join('')}`;
}
