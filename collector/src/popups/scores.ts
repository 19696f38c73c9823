import type { PopupBlock, RatingScale } from '../../../sdk/src/message.ts';
import type { ContentBlock } from '../campaigns/content-schema.ts';
import { builtIn } from '../campaigns/popup-texts.ts';

const STAR = 'm12 2 3 6.4 7 1-5 4.9 1.2 7-6.2-3.3-6.2 3.3 1.2-7-5-4.9 7-1z';
const THUMB = 'M7 11v9H3v-9zl4-8q3 0 3 3v4h5q2 0 2 2l-2 8H7';
/** The same on its head: each step of the path from the opposite corner. */
const THUMB_DOWN = 'M17 13v-9h4v9zl-4 8q-3 0-3-3v-4h-5q-2 0-2-2l2-8H17';
const HEAD = 'M2 12a10 10 0 1 0 20 0a10 10 0 1 0-20 0';
const EYES = 'M9 9v1m6-1v1';

/** The scores of each scale from worst to best, each with its picture (SVG path data in a box of 24 by 24). */
const SCALES: Record<RatingScale, { value: string; icon?: string }[]> = {
  nps: Array.from({ length: 11 }, (_, score) => ({ value: `${score}` })),
  stars: ['1', '2', '3', '4', '5'].map((value) => ({ value, icon: STAR })),
  faces: [
    // Brows that fall outwards, and a mouth that is open for crying.
    `${HEAD}M7 9.5l3-1.5m7 1.5-3-1.5M9 11v.5m6-.5v.5M8 18q4-6 8 0z`,
    `${HEAD}${EYES}M8 16.5q4-3 8 0`,
    `${HEAD}${EYES}M8 15.5h8`,
    `${HEAD}${EYES}M8 14.5q4 3 8 0`,
    `${HEAD}${EYES}M7 13.5q5 8 10 0z`,
  ].map((icon, index) => ({ value: `${index + 1}`, icon })),
  thumbs: [
    { value: '0', icon: THUMB_DOWN },
    { value: '1', icon: THUMB },
  ],
};

/** A rating with its scores as a visitor sees and hears them. */
export function withScores(
  rating: Extract<ContentBlock, { type: 'rating' }>,
  lang: string,
): Extract<PopupBlock, { type: 'rating' }> {
  const texts = builtIn(lang);
  const scores = SCALES[rating.scale];
  const best = scores.at(-1)?.value ?? '';
  const nameOf = (value: string, index: number) =>
    rating.scale === 'thumbs'
      ? texts[index ? 'up' : 'down']
      : texts.score.replace('{n}', value).replace('{of}', best);
  return {
    ...rating,
    options: scores.map(({ value, icon }, index) => ({
      value,
      label: nameOf(value, index),
      ...(icon === undefined ? {} : { icon }),
    })),
  };
}
