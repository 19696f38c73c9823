import { allBlocks } from './content.ts';
import type { ContentBlock } from './content-schema.ts';
import { error, type Problem, warning } from './problem.ts';
import type { Content } from './schema.ts';

/** A block, and where it stands in the draft. */
export interface PlacedBlock {
  block: ContentBlock;
  pointer: string;
  /** Id of its step; `null`: it is there from the beginning. */
  step: string | null;
}

/** All blocks of a content; those that come first, first. */
export function placedBlocks({ blocks, steps = [] }: Content, pointer: string): PlacedBlock[] {
  const place = (all: ContentBlock[], at: string, step: string | null) =>
    all.map((block, index) => ({ block, pointer: `${at}/blocks/${index}`, step }));
  return [
    ...place(blocks, pointer, null),
    ...steps.flatMap((step, index) => place(step.blocks, `${pointer}/steps/${index}`, step.id)),
  ];
}

/** Texts in which there is nothing to read, and what does not fit its block. */
export function validateBlocks(content: Content, pointer: string, now: number): Problem[] {
  const { blocks, closeLabel } = content;
  const problems = placedBlocks(content, pointer).flatMap(({ block, pointer: at }) => [
    ...emptyTexts(block, at),
    ...unsuitable(block, at, now),
  ]);
  if (blocks.every((block) => block.type === 'spacer' || isEmpty(block))) {
    problems.push(error(`${pointer}/blocks`, 'There is nothing to read, so the popup is never shown.'));
  }
  if (closeLabel !== undefined && isBlank(closeLabel)) {
    const message =
      'The button that closes the popup has no name. People who cannot see it are told this name.';
    problems.push(error(`${pointer}/closeLabel`, message));
  }
  return problems;
}

/** The texts without which a block is left out; an empty one is told of where it stands. */
function neededText(block: ContentBlock): [key: string, text: string] | null {
  switch (block.type) {
    case 'heading':
    case 'button':
      return ['text', block.text];
    case 'text':
      return ['runs', block.runs.map((run) => (typeof run === 'string' ? run : run.text)).join('')];
    case 'field':
    case 'rating':
      return ['label', block.label];
    default:
      return null;
  }
}

/** Whether the popup leaves the block out. */
function isEmpty(block: ContentBlock): boolean {
  const needed = neededText(block);
  return needed !== null && isBlank(needed[1]);
}

function emptyTexts(block: ContentBlock, pointer: string): Problem[] {
  const needed = neededText(block);
  if (needed && isBlank(needed[1]))
    return [warning(`${pointer}/${needed[0]}`, 'This is empty, so it is left out.')];
  if (block.type === 'coupon') {
    if (block.label !== undefined && isBlank(block.label)) {
      return [warning(`${pointer}/label`, 'This is empty. Leave it out, or say what the code is for.')];
    }
    if (block.code !== undefined && isBlank(block.code))
      return [error(`${pointer}/code`, 'There is no code to copy.')];
  }
  if (block.type === 'button' && block.action === 'copy' && isBlank(block.code)) {
    return [error(`${pointer}/code`, 'There is no code to copy.')];
  }
  return [];
}

function unsuitable(block: ContentBlock, pointer: string, now: number): Problem[] {
  switch (block.type) {
    case 'image':
      return pictureProblems(block, pointer);
    case 'products':
      return (block.items ?? []).flatMap(({ image }, index) =>
        image && image.width > MAX_WIDTH
          ? [tooWide(image.width, `${pointer}/items/${index}/image/width`)]
          : [],
      );
    case 'countdown':
      return block.until !== undefined && Date.parse(block.until) <= now
        ? [error(`${pointer}/until`, 'This time is over, so the countdown has nothing to count.')]
        : [];
    case 'field':
      return fieldProblems(block, pointer);
    case 'rating':
      return ratingProblems(block, pointer);
    default:
      return [];
  }
}

const MAX_WIDTH = 4_000;

function tooWide(width: number, pointer: string): Problem {
  return warning(
    pointer,
    `The picture is ${width} pixels wide. Phones take long to load it: 1,200 are enough.`,
  );
}

function pictureProblems(
  { alt, width }: Extract<ContentBlock, { type: 'image' }>,
  pointer: string,
): Problem[] {
  const problems: Problem[] = [];
  if (isBlank(alt)) {
    const message =
      'The picture has no description. People who cannot see it do not hear of it; leave it so if it only decorates.';
    problems.push(warning(`${pointer}/alt`, message));
  }
  if (width > MAX_WIDTH) problems.push(tooWide(width, `${pointer}/width`));
  return problems;
}

function fieldProblems(block: Extract<ContentBlock, { type: 'field' }>, pointer: string): Problem[] {
  const { input, name, options, consent, doubleOptIn } = block;
  const problems: Problem[] = [];
  if (input === 'select' && options === undefined) {
    problems.push(error(pointer, 'There is nothing to choose from. Add options.'));
  }
  if (input !== 'select' && options !== undefined) {
    problems.push(
      warning(`${pointer}/options`, 'These have no effect: only a list to choose from has options.'),
    );
  }
  const values = (options ?? []).map(({ value }) => value);
  const twice = values.findIndex((value, index) => values.indexOf(value) < index);
  if (twice >= 0) {
    const message = `Two options are stored as "${values[twice]}", so that they cannot be told apart.`;
    problems.push(error(`${pointer}/options/${twice}/value`, message));
  }
  if (consent !== undefined && input !== 'checkbox') {
    const message =
      'Only ticking a checkbox can be an agreement. Add a checkbox, or a text with the agreement.';
    problems.push(error(`${pointer}/consent`, message));
  }
  if (doubleOptIn && consent === undefined) {
    problems.push(warning(`${pointer}/doubleOptIn`, 'This has no effect, as nothing is agreed to here.'));
  }
  const meant = name === 'email' || name === 'phone' ? name : null;
  if (meant && input !== meant) {
    const message = `The answer is called "${name}", but it is not checked to be one. Choose the input "${meant}", or another name.`;
    problems.push(warning(`${pointer}/input`, message));
  }
  return problems;
}

/** The least and the greatest score: see the wire's `survey_answered`. */
const SCORES = { nps: [0, 10], stars: [1, 5], faces: [1, 5], thumbs: [0, 1] } as const;

function ratingProblems(
  { scale, next }: Extract<ContentBlock, { type: 'rating' }>,
  pointer: string,
): Problem[] {
  if (!next) return [];
  const [least, greatest] = SCORES[scale];
  const problems: Problem[] = [];
  const leads = new Set<number>();
  for (const [index, { from, to }] of next.entries()) {
    const at = `${pointer}/next/${index}`;
    if (from > to || from > greatest || to < least) {
      problems.push(error(at, `No score leads here: it must be between ${least} and ${greatest}.`));
      continue;
    }
    const scores = Array.from({ length: to - from + 1 }, (_, place) => from + place);
    const again = scores.filter((score) => leads.has(score));
    if (again.length > 0) {
      problems.push(
        warning(at, `The score ${again.join(', ')} leads to an earlier step already, and not here.`),
      );
    }
    for (const score of scores) leads.add(score);
  }
  const all = Array.from({ length: greatest - least + 1 }, (_, place) => least + place);
  const without = all.filter((score) => !leads.has(score));
  if (without.length > 0 && without.length < all.length) {
    const message = `Nothing follows the score ${without.join(', ')}: the popup closes.`;
    problems.push(warning(`${pointer}/next`, message));
  }
  return problems;
}

/** Whether visitors are asked for anything. */
export function asksForAnswers(content: Content): boolean {
  return allBlocks(content).some(({ type }) => type === 'field' || type === 'rating');
}

function isBlank(text: string): boolean {
  return text.trim() === '';
}
