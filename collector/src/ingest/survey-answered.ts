import type { Json, JsonObject, RatingScale } from '../../../sdk/src/message.ts';
import { ownString } from '../message.ts';
import { MAX_ANSWER_LENGTH } from './form-submitted.ts';
import type { Popup } from './popup-answers.ts';
import { RefusedValues } from './refused-values.ts';

/** Lowest and highest score, both included. */
const SCALES: Record<RatingScale, [low: number, high: number]> = {
  nps: [0, 10],
  stars: [1, 5],
  faces: [1, 5],
  thumbs: [0, 1],
};

/**
 * An answered survey as it is stored: `score` is a whole number of its `scale`, `scale` and `question` are those that
 * were published where that is known, and what does not fit is kept under `invalid`.
 */
export function checkedSurvey(
  properties: JsonObject,
  { asks }: Popup,
): { properties: JsonObject; warnings: string[] } {
  const refused = new RefusedValues();
  const { score, scale, question, comment, name, invalid: _, ...rest } = properties;
  const asked = asks?.ratings.get(ownString(properties, 'name') ?? '');
  const known = asked?.scale ?? scaleNamed(scale);
  const kept: JsonObject = { ...rest };
  const keep = (
    key: string,
    value: Json | undefined,
    isValid: boolean,
    reason: Parameters<RefusedValues['add']>[2],
  ) => {
    if (value === undefined || value === null) return;
    if (isValid) kept[key] = value;
    else refused.add(key, value, reason);
  };
  keep('name', name, typeof name === 'string' && (!asks || asked !== undefined), asks ? 'unknown' : 'type');
  keep('scale', known ?? scale, known !== null, 'scale');
  const number = numberIn(score);
  keep('score', number ?? score, number !== null && isOn(known, number), 'scale');
  keep('question', asked?.question ?? question, isText(asked?.question ?? question), 'too_long');
  keep('comment', comment, isText(comment), typeof comment === 'string' ? 'too_long' : 'type');
  return {
    properties: { ...kept, ...refused.invalid },
    warnings: refused.warnings('survey_answered'),
  };
}

function scaleNamed(name: Json | undefined): RatingScale | null {
  return typeof name === 'string' && Object.hasOwn(SCALES, name) ? (name as RatingScale) : null;
}

function numberIn(score: Json | undefined): number | null {
  const number = typeof score === 'string' && /^\d{1,2}$/.test(score) ? Number(score) : score;
  return typeof number === 'number' && Number.isInteger(number) ? number : null;
}

/** Of a scale that is not known, the score may be any of the longest one. */
function isOn(scale: RatingScale | null, score: number): boolean {
  const [low, high] = SCALES[scale ?? 'nps'];
  return score >= low && score <= high;
}

function isText(value: Json | undefined): boolean {
  return typeof value === 'string' && value.length <= MAX_ANSWER_LENGTH;
}
