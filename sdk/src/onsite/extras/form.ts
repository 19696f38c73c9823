import type { JsonObject, PopupBlock } from '../../message.ts';
import type { Frame } from '../popup.ts';
import { drawing } from './drawing.ts';

type Field = PopupBlock & { type: 'field' };
type Rating = PopupBlock & { type: 'rating' };

/** Fields and scores of the step that is shown: made, checked by the browser, and handed over. */
export function createForm({ content, calls, card, make: element }: Frame, go: (step?: string) => void) {
  const { texts, lang: locale } = content;
  let step = '';
  let asked: { block: Field | Rating; control: HTMLInputElement; say(text?: string): void }[] = [];
  /** The score that texts of later steps belong to. */
  let survey: JsonObject | undefined;

  /** Asks; what is wrong with the answer is said in the box and is part of what `owner` is described by. */
  function ask(block: Field | Rating, box: HTMLElement, owner: HTMLElement, control: HTMLInputElement) {
    const error = element('span', 'error', '', { id: `e${asked.length}` });
    owner.setAttribute('aria-describedby', error.id);
    const say = (text = '') => {
      error.textContent = text;
      owner.ariaInvalid = `${!!text}`;
    };
    box.append(error);
    box.oninput = () => say();
    asked.push({ block, control, say });
    return box;
  }

  function field(block: Field): HTMLElement | undefined {
    const { name, label, tag, attributes, options } = block;
    // Of another version.
    if (!/^(input|select|textarea)$/.test(tag)) return undefined;
    const control = element(
      tag,
      'control',
      options?.map(({ value, text }) => element('option', '', text, { value })),
      { ...attributes, name },
    ) as HTMLInputElement;
    const box = element('div', '', element('label', 'field', [element('span', 'label', label), control]));
    return ask(block, box, control, control);
  }

  const score = ({ name, scale, label: question }: Rating, chosen: string): JsonObject => ({
    step,
    locale,
    name,
    scale,
    score: +chosen,
    question,
  });
  const answer = (scored: JsonObject) => {
    survey = scored;
    calls.submitted('survey_answered', scored);
  };

  /** One that leads on is no part of a form: its scores are buttons. */
  function rating(block: Rating): HTMLElement {
    const { name, scale, label, low, high, next, required } = block;
    const scores = block.options.map(({ value, label: ariaLabel, icon }) => {
      const shown = icon ? drawing(icon) : value;
      return next
        ? element('button', 'score', shown, {
            type: 'button',
            ariaLabel,
            onclick() {
              answer(score(block, value));
              go(next.find(({ from, to }) => +value >= from && +value <= to)?.step);
            },
          })
        : element('label', 'score', [
            element('input', '', '', { type: 'radio', name, value, ariaLabel, required: !!required }),
            shown,
          ]);
    });
    const box = element('fieldset', `rating ${scale}`, [
      element('legend', '', label),
      element('div', 'scale', scores),
      (low || high) && element('div', 'ends', [element('span', '', low), element('span', '', high)]),
    ]);
    return next ? box : ask(block, box, box, scores[0]?.firstChild as HTMLInputElement);
  }

  function submit(next: string | undefined) {
    let wrong: HTMLElement | undefined;
    const fields: JsonObject = {};
    const inputs: JsonObject = {};
    const comments: string[] = [];
    const surveys: JsonObject[] = [];
    const consents: JsonObject[] = [...card.querySelectorAll<HTMLElement>('[data-consent]')].map(
      ({ dataset, textContent }) => ({ channel: dataset.consent as string, text: textContent }),
    );
    for (const { block, control, say } of asked) {
      if (/^[te]/.test(control.type)) control.value = control.value.trim();
      const { valid, valueMissing } = control.validity;
      say(valid ? '' : (((!valueMissing && (block as Field).fault) || texts?.required) ?? '!'));
      if (!valid) wrong ??= control;
      const given = new FormData(card).get(block.name) as string | null;
      if (block.type === 'rating') {
        if (given) surveys.push(score(block, given));
        continue;
      }
      const { name, input, label, consent } = block;
      const isBox = input === 'checkbox';
      if (!given && !isBox) continue;
      if ((survey ?? surveys[0]) && input === 'text') comments.push(`${given}`);
      else {
        fields[name] = isBox ? !!given : given;
        inputs[name] = input;
      }
      if (consent && given) consents.push({ channel: consent, text: label, field: name });
    }
    if (wrong) return wrong.focus();
    const comment = comments.join('\n');
    if (comment && !surveys[0]) surveys.push({ ...survey, step });
    for (const scored of surveys) answer(comment ? { ...scored, comment } : scored);
    if (Object.keys(fields)[0] || consents[0] || !surveys[0])
      calls.submitted('form_submitted', { step, locale, fields, consents, inputs });
    go(next);
  }

  return {
    field,
    rating,
    submit,
    /** Of another step. */
    begin(id = '') {
      step = id;
      asked = [];
    },
  };
}
