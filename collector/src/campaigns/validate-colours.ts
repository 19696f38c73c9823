import { allBlocks } from './content.ts';
import type { ContentTheme } from './content-schema.ts';
import { contrastsOf } from './contrast.ts';
import { error, type Problem, warning } from './problem.ts';
import type { Content } from './schema.ts';
import type { Mode } from './theme.ts';

/** Of normal and of large text: https://www.w3.org/TR/WCAG22/#contrast-minimum */
const NORMAL = 4.5;
const LARGE = 3;

/** Whether everybody can read what a popup says in the colours of its theme, by day and by night. */
export function validateColours(content: Content, pointer: string): Problem[] {
  const { theme } = content;
  if (!theme) return [];
  const at = `${pointer}/theme`;
  const light = unreadable(content, theme, 'light', at);
  return theme.dark ? [...light, ...unreadable(content, theme, 'dark', `${at}/dark`)] : light;
}

function unreadable(content: Content, theme: ContentTheme, mode: Mode, at: string): Problem[] {
  const said = mode === 'dark' ? (theme.dark ?? {}) : theme;
  const background = said.background ?? theme.background;
  const { heading, text, button } = contrastsOf(theme, mode);
  const blocks = allBlocks(content);
  const problems: Problem[] = [];
  if (background !== undefined && (said.background !== undefined || said.text !== undefined)) {
    const isSmall = blocks.some(({ type }) => !['heading', 'button', 'image', 'spacer'].includes(type));
    const where = said.text === undefined ? `${at}/background` : `${at}/text`;
    problems.push(
      ...(isSmall ? judged(text, NORMAL, where, 'The text') : judged(heading, LARGE, where, 'The text')),
    );
  } else if (said.text !== undefined) {
    problems.push(
      warning(`${at}/text`, 'The colour of the text is used only together with a colour of the background.'),
    );
  }
  // Without one the popup has an accent of its own, which is readable.
  if (said.accent !== undefined && blocks.some(({ type }) => type === 'button')) {
    problems.push(...judged(button, NORMAL, `${at}/accent`, "The button's text"));
  }
  return problems;
}

function judged(ratio: number, needed: number, pointer: string, what: string): Problem[] {
  if (ratio >= needed) return [];
  const shown = Math.floor(ratio * 10) / 10;
  const message = `${what} has a contrast of ${shown}:1 with its background. Many people cannot read less than ${needed}:1: choose a darker or a lighter colour.`;
  return [ratio < LARGE ? error(pointer, message) : warning(pointer, message)];
}
