import type { RatingScale } from '../../message.ts';

const upTo = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `${from + index}`);

/** The scores of each scale, from worst to best. */
export const SCORES: Record<RatingScale, string[]> = {
  nps: upTo(0, 10),
  stars: upTo(1, 5),
  faces: upTo(1, 5),
  thumbs: upTo(0, 1),
};

/** Outlines in a square of 24. The mouth of a face bends with its score; the lower thumb is turned in CSS. */
function outline(scale: RatingScale, score: number): string {
  if (scale === 'stars') return 'm12 2.5 2.9 6 6.6.9-4.8 4.6 1.2 6.5-5.9-3.1-5.9 3.1 1.2-6.5-4.8-4.6 6.6-.9z';
  if (scale === 'thumbs') return 'M7 11v9H3v-9zl4-8c2 0 3 1 3 3v4h5c1.5 0 2 1 2 2l-1.5 7c-.2 1-1 1-1.5 1H7';
  const bend = (score - 3) * 2;
  return `M2 12a10 10 0 1 0 20 0a10 10 0 1 0-20 0M9 9v1m6-1v1M8 ${15.5 - bend / 2}q4 ${bend} 8 0`;
}

/** The picture of a score, made without markup. */
export function drawing(scale: RatingScale, score: number): Element {
  const draw = (name: string) => document.createElementNS('http://www.w3.org/2000/svg', name);
  const [svg, path] = [draw('svg'), draw('path')];
  svg.setAttribute('viewBox', '0 0 24 24');
  path.setAttribute('d', outline(scale, score));
  svg.append(path);
  return svg;
}
