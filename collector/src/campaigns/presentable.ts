import type { TextRun } from '../../../sdk/src/message.ts';
import type { PlainBlock, PlainContent } from '../popups/ready.ts';
import { HREF } from './href.ts';

/**
 * A content without what cannot be shown: a text that is empty goes, with what hangs on it, and a link that leads where
 * none may lead. What would lead to a step that is not there closes the popup.
 *
 * @returns `null` when nothing is left
 */
export function presentable({ blocks, steps, ...content }: PlainContent): PlainContent | null {
  const left = (steps ?? [])
    .map((step) => ({ ...step, blocks: step.blocks.flatMap(shown) }))
    .filter((step) => !isEmpty(step.blocks));
  const first = blocks.flatMap(shown);
  if (isEmpty(first)) return null;
  const ids = new Set(left.map(({ id }) => id));
  const leading = (all: PlainBlock[]) => all.map((block) => withKnownSteps(block, ids));
  return {
    ...content,
    blocks: leading(first),
    ...(left.length > 0 ? { steps: left.map((step) => ({ ...step, blocks: leading(step.blocks) })) } : {}),
  };
}

/** Space alone is nothing to show. */
function isEmpty(blocks: readonly PlainBlock[]): boolean {
  return blocks.every(({ type }) => type === 'spacer');
}

function shown(block: PlainBlock): PlainBlock[] {
  switch (block.type) {
    case 'heading':
      return isBlank(block.text) ? [] : [block];
    case 'text': {
      const runs = block.runs.map(withUsableLink).filter((run) => textOf(run) !== '');
      return runs.every((run) => isBlank(textOf(run))) ? [] : [{ ...block, runs }];
    }
    case 'button':
      if (isBlank(block.text)) return [];
      return block.action === 'url' && !HREF.test(block.href)
        ? [{ type: 'button', text: block.text, action: 'close' }]
        : [block];
    case 'coupon': {
      const { apply, ...coupon } = withoutBlank(block, 'label');
      const isUsable = apply && !isBlank(apply.text) && HREF.test(apply.href);
      return [isUsable ? { ...coupon, apply } : coupon];
    }
    case 'field': {
      const { options, ...field } = withoutBlank(block, 'placeholder');
      const choices = options?.filter(({ text }) => !isBlank(text));
      if (isBlank(block.label) || (block.input === 'select' && !choices?.length)) return [];
      return [choices ? { ...field, options: choices } : field];
    }
    case 'rating':
      return isBlank(block.label) ? [] : [withoutBlank(block, 'low', 'high')];
    case 'countdown':
      return [withoutBlank(block, 'label', 'expired')];
    case 'products': {
      const items = block.items.filter(({ name }) => !isBlank(name)).map(withUsableAddress);
      return items.length > 0 ? [{ ...block, items }] : [];
    }
    default:
      return [block];
  }
}

function withKnownSteps(block: PlainBlock, ids: ReadonlySet<string>): PlainBlock {
  if (block.type === 'button' && block.action === 'step' && !ids.has(block.step)) {
    return { type: 'button', text: block.text, action: 'close' };
  }
  if (
    block.type === 'button' &&
    (block.action === 'submit' || block.action === 'push') &&
    !ids.has(block.step ?? '')
  ) {
    return { type: 'button', text: block.text, action: block.action };
  }
  if (block.type === 'rating' && block.next) {
    const { next, ...rating } = block;
    const known = next.filter(({ step }) => ids.has(step));
    return known.length > 0 ? { ...rating, next: known } : rating;
  }
  return block;
}

function withUsableLink(run: TextRun): TextRun {
  return typeof run === 'string' ? run : withUsableAddress(run);
}

function withUsableAddress<T extends { href?: string }>(linked: T): T {
  if (linked.href === undefined || HREF.test(linked.href)) return linked;
  const { href: _, ...rest } = linked;
  return rest as T;
}

/** Without those of its texts in which there is nothing to read. */
function withoutBlank<T extends object>(block: T, ...keys: (keyof T)[]): T {
  const blank = keys.filter((key) => typeof block[key] === 'string' && isBlank(block[key]));
  return Object.fromEntries(Object.entries(block).filter(([key]) => !blank.includes(key as keyof T))) as T;
}

function textOf(run: TextRun): string {
  return typeof run === 'string' ? run : run.text;
}

function isBlank(text: string): boolean {
  return text.trim() === '';
}
