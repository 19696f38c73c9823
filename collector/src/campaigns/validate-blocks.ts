import { error, type Problem, warning } from './problem.ts';
import type { Content } from './schema.ts';

type Block = Content['blocks'][number];

/** Texts in which there is nothing to read. */
export function validateBlocks({ blocks, closeLabel }: Content, pointer: string): Problem[] {
  const problems = blocks.flatMap((block, index) => emptyTexts(block, `${pointer}/blocks/${index}`));
  if (blocks.every(isEmpty)) {
    problems.push(error(`${pointer}/blocks`, 'There is nothing to read, so the popup is never shown.'));
  }
  if (closeLabel !== undefined && isBlank(closeLabel)) {
    const message =
      'The button that closes the popup has no name. People who cannot see it are told this name.';
    problems.push(error(`${pointer}/closeLabel`, message));
  }
  return problems;
}

function emptyTexts(block: Block, pointer: string): Problem[] {
  if (isEmpty(block)) {
    const at = block.type === 'text' ? `${pointer}/runs` : `${pointer}/text`;
    return [warning(at, 'This is empty, so it is left out.')];
  }
  if (block.type === 'coupon') {
    if (block.label !== undefined && isBlank(block.label)) {
      return [warning(`${pointer}/label`, 'This is empty. Leave it out, or say what the code is for.')];
    }
    if (block.code !== undefined && isBlank(block.code))
      return [error(`${pointer}/code`, 'There is no code to copy.')];
  }
  return [];
}

/** Whether the popup leaves the block out. */
function isEmpty(block: Block): boolean {
  if (block.type === 'heading' || block.type === 'button') return isBlank(block.text);
  if (block.type !== 'text') return false;
  return block.runs.every((run) => isBlank(typeof run === 'string' ? run : run.text));
}

function isBlank(text: string): boolean {
  return text.trim() === '';
}
