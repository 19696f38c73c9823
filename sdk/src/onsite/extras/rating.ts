import type { RatingScale } from '../../message.ts';

/** The scores of each scale, from worst to best. */
export const SCORES: Record<RatingScale, string[]> = {
  nps: [...'0123456789', '10'],
  stars: [...'12345'],
  faces: [...'12345'],
  thumbs: [...'01'],
};

/** The picture of a score, made without markup. The mouth of a face bends with its score; the first thumb is turned in CSS. */
export function drawing(scale: RatingScale, score: number): Element {
  const draw = (name: string) => document.createElementNS('http://www.w3.org/2000/svg', name);
  const svg = draw('svg');
  const path = draw('path');
  svg.setAttribute('viewBox', '0 0 24 24');
  path.setAttribute(
    'd',
    scale === 'stars'
      ? 'm12 2 3 6.4 7 1-5 4.9 1.2 7-6.2-3.3-6.2 3.3 1.2-7-5-4.9 7-1z'
      : scale === 'thumbs'
        ? 'M7 11v9H3v-9zl4-8q3 0 3 3v4h5q2 0 2 2l-2 8H7'
        : `M2 12a10 10 0 1 0 20 0a10 10 0 1 0-20 0M9 9v1m6-1v1M8 ${18.5 - score}q4 ${score * 2 - 6} 8 0`,
  );
  svg.append(path);
  return svg;
}
