import type { Json } from '../../../../sdk/src/message.ts';
import type { ContentInput } from './languages.ts';

type Rating = Extract<ContentInput['blocks'][number], { type: 'rating' }>;

export interface SurveyTexts {
  heading: string;
  question: string;
  low: string;
  high: string;
  /** By group of scores: what is said, and asked next. */
  reasons: Record<string, { heading: string; label: string }>;
  send: string;
  thanks: string;
  answer: string;
  done: string;
}

/**
 * A score, then its reason, then thanks.
 *
 * @param groups first and last score of each group of `texts.reasons`
 */
export function survey(
  { name, scale }: Pick<Rating, 'name' | 'scale'>,
  groups: Record<string, [from: number, to: number]>,
  texts: SurveyTexts,
): Pick<ContentInput, 'blocks' | 'steps'> {
  const { heading, question, low, high, reasons, send, thanks, answer, done } = texts;
  const next = Object.entries(groups).map(([step, [from, to]]) => ({ from, to, step }));
  return {
    blocks: [
      { type: 'heading', text: heading },
      { type: 'rating', name, scale, label: question, low, high, next },
    ],
    steps: [
      ...Object.entries(reasons).map(([id, reason]) => ({
        id,
        blocks: [
          { type: 'heading' as const, text: reason.heading },
          { type: 'field' as const, name: 'reason', input: 'text' as const, label: reason.label },
          { type: 'button' as const, text: send, action: 'submit' as const, step: 'thanks' },
        ],
      })),
      {
        id: 'thanks',
        blocks: [
          { type: 'heading', text: thanks },
          { type: 'text', runs: [answer] },
          { type: 'button', text: done, action: 'close' },
        ],
      },
    ],
  };
}

/** JsonLogic: this visitor has not answered this survey for so long, or never. */
export function notAnsweredFor(days: number): Json {
  const hours = { var: 'exposure.campaign.hoursSinceSubmitted' };
  return { or: [{ '===': [hours, null] }, { '>=': [hours, days * 24] }] };
}
