import { contrastsOf } from './contrast.ts';
import { error, type Problem, warning } from './problem.ts';
import type { Content } from './schema.ts';

/** Of normal and of large text: https://www.w3.org/TR/WCAG22/#contrast-minimum */
const NORMAL = 4.5;
const LARGE = 3;

/** Whether everybody can read what a popup says in the colours of its theme. */
export function validateColours({ theme, blocks }: Content, pointer: string): Problem[] {
  if (!theme) return [];
  const { heading, text, button } = contrastsOf(theme);
  const problems: Problem[] = [];
  const at = `${pointer}/theme`;
  if (theme.background !== undefined) {
    const isSmall = blocks.some(({ type }) => type === 'text' || type === 'coupon');
    const where = theme.text === undefined ? `${at}/background` : `${at}/text`;
    problems.push(
      ...(isSmall ? judged(text, NORMAL, where, 'The text') : judged(heading, LARGE, where, 'The text')),
    );
  } else if (theme.text !== undefined) {
    problems.push(
      warning(`${at}/text`, 'The colour of the text is used only together with a colour of the background.'),
    );
  }
  if (blocks.some(({ type }) => type === 'button')) {
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
