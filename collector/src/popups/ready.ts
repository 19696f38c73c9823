import type { PopupBlock, PopupContent } from '../../../sdk/src/message.ts';
import type { ContentBlock, ContentTheme } from '../campaigns/content-schema.ts';
import { withControl } from './controls.ts';
import { withScores } from './scores.ts';
import { styleOf } from './style/index.ts';

type Unready = 'field' | 'rating' | 'spacer';
/** What is asked is still as it was written. */
export type PlainBlock = Exclude<PopupBlock, { type: Unready }> | Extract<ContentBlock, { type: Unready }>;
export type PlainContent = Omit<PopupContent, 'css' | 'title' | 'blocks' | 'steps'> & {
  blocks: PlainBlock[];
  steps?: { id: string; blocks: PlainBlock[] }[];
};

/** A content with all that the page need not work out by itself: what it asks, what it is called, and its style. */
export function readyContent(plain: PlainContent, theme: ContentTheme | undefined): PopupContent {
  const { lang, blocks, steps, ...rest } = plain;
  const content = {
    ...rest,
    lang,
    title: titleOf(plain),
    blocks: readyBlocks(blocks, lang),
    ...(steps ? { steps: steps.map((step) => ({ ...step, blocks: readyBlocks(step.blocks, lang) })) } : {}),
  };
  return { ...content, css: styleOf(content, theme) };
}

function readyBlocks(blocks: PlainBlock[], lang: string): PopupBlock[] {
  const questions = blocks.filter(
    (block) => block.type === 'field' || (block.type === 'rating' && !block.next),
  );
  return blocks.map((block) => {
    if (block.type === 'heading') return { ...block, text: unbroken(block.text) };
    if (block.type === 'field') return withControl(block, lang);
    if (block.type === 'spacer') return { size: 'medium', ...block };
    if (block.type !== 'rating') return block;
    const rating = withScores(block, lang);
    // A form that asks for nothing but a score needs it.
    return questions.length === 1 && !block.next ? { ...rating, required: true } : rating;
  });
}

/** A single letter stays on the line of what it is joined to, as in "E-Mail": a word joiner forbids the break. */
function unbroken(text: string): string {
  return text.replace(/(?<!\p{L})(\p{L}-)(?=\p{L})/gu, '$1\u2060');
}

/** How a screen reader calls it: by what it says first. */
function titleOf({ blocks, closeLabel }: PlainContent): string {
  const heading = blocks.find((block) => block.type === 'heading');
  if (heading) return heading.text;
  for (const block of blocks) {
    if (block.type === 'text')
      return block.runs.map((run) => (typeof run === 'string' ? run : run.text)).join('');
    if (block.type === 'button') return block.text;
    if (block.type === 'field' || block.type === 'rating') return block.label;
    if (block.type === 'coupon' || block.type === 'countdown') return block.label ?? closeLabel;
    if (block.type === 'image' && block.alt !== '') return block.alt;
  }
  return closeLabel;
}
