import { allBlocks } from './content.ts';
import { error, type Problem, warning } from './problem.ts';
import type { Content } from './schema.ts';

const CORNERS = ['top-start', 'top-end', 'bottom-start', 'bottom-end'];
const EDGES = ['top', 'bottom'];
/** What still leaves most of a phone's screen to the page. */
const MAX_BAR_BLOCKS = 3;

/** Whether a popup has what its kind needs, and nothing that its kind ignores. */
export function validateKind(content: Content, pointer: string): Problem[] {
  const { kind, slot, launcher, blocks } = content;
  const problems = misplaced(content, `${pointer}/position`);
  if (kind === 'inline' && slot === undefined) {
    const message =
      'It has no place on the page. Name the slot: the data-beckon-slot of the element in which it should appear.';
    problems.push(error(`${pointer}/slot`, message));
  }
  if (kind !== 'inline' && slot !== undefined) {
    problems.push(warning(`${pointer}/slot`, 'This has no effect: only what stands in the page has a slot.'));
  }
  if (kind === 'launcher' && launcher === undefined) {
    problems.push(error(`${pointer}/launcher`, 'The tab has no text, so nobody can find and open it.'));
  } else if (launcher && launcher.text.trim() === '') {
    const at = `${pointer}/launcher/text`;
    problems.push(
      kind === 'launcher'
        ? error(at, 'The tab has no text, so nobody can find and open it.')
        : warning(at, 'The tab has no text, so it is left out.'),
    );
  }
  if (kind === 'inline' && launcher) {
    problems.push(
      warning(`${pointer}/launcher`, 'This has no effect: what stands in the page leaves no tab.'),
    );
  }
  if (kind === 'bar' && blocks.length > MAX_BAR_BLOCKS) {
    const message = `A bar with ${blocks.length} parts covers much of a phone's screen. ${MAX_BAR_BLOCKS} are enough.`;
    problems.push(warning(`${pointer}/blocks`, message));
  }
  if (kind === 'bar' && allBlocks(content).some(({ type }) => type === 'image')) {
    problems.push(
      warning(`${pointer}/blocks`, "A picture makes a bar so high that it covers much of a phone's screen."),
    );
  }
  return problems;
}

function misplaced({ kind, position }: Content, pointer: string): Problem[] {
  if (position === undefined) return [];
  if (kind === 'slide-in' && !CORNERS.includes(position)) {
    return [error(pointer, `A slide-in stands in a corner: ${CORNERS.join(', ')}.`)];
  }
  if (kind === 'bar' && !EDGES.includes(position)) {
    return [error(pointer, `A bar stands at the ${EDGES.join(' or ')}.`)];
  }
  const isUsed = kind === 'slide-in' || kind === 'bar';
  return isUsed ? [] : [warning(pointer, 'This has no effect: only a slide-in and a bar have a position.')];
}
