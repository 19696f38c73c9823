import type { JsonObject, PopupBlock } from '../../message.ts';
import type { Frame } from '../popup.ts';
import { drawing } from './drawing.ts';

type Field = PopupBlock & { type: 'field' };
type Rating = PopupBlock & { type: 'rating' };

/** Fields and scores of the step that is shown: made, checked by the browser, and handed over. */
export function createForm({ content, calls, card, element }: Frame, go: (step?: string) => void) {
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

  function field(block: Field): HTMLElement {
    const { name, label, tag, attributes, options } = block;
    const id = `f${asked.length}`;
    const control = element(
      tag,
      'control',
      options?.map(({ value, text }) => element('option', '', text, { value })),
      { ...attributes, id, name },
    ) as HTMLInputElement;
    return ask(
      block,
      element('div', 'field', [element('label', 'label', label, { htmlFor: id }), control]),
      control,
      control,
    );
  }

  const score = ({ name, scale, label: question }: Rating, chosen: string): JsonObject => {
    survey = { step, locale, name, scale, score: +chosen, question };
    return survey;
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
              calls.submitted('survey_answered', score(block, value));
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
    for (const { block, control, say } of asked) {
      if (/^[te]/.test(control.type)) control.value = control.value.trim();
      const { valid, valueMissing } = control.validity;
      say(valid ? '' : (((!valueMissing && (block as Field).fault) || texts?.required) ?? '!'));
      if (!valid) wrong ??= control;
    }
    if (wrong) return wrong.focus();
    const answers = new FormData(card as HTMLFormElement);
    const fields: JsonObject = {};
    const inputs: JsonObject = {};
    const comments: string[] = [];
    const surveys: JsonObject[] = [];
    const consents: JsonObject[] = [...card.querySelectorAll<HTMLElement>('[data-consent]')].map(
      ({ dataset, textContent }) => ({ channel: dataset.consent ?? '', text: textContent }),
    );
    for (const { block, control } of asked) {
      const { name } = block;
      const answer = control.type === 'checkbox' ? control.checked : `${answers.get(name) ?? ''}`;
      if (answer === '') continue;
      if (block.type === 'rating') surveys.push(score(block, `${answer}`));
      else if (survey && block.input === 'text') comments.push(`${answer}`);
      else {
        fields[name] = answer;
        inputs[name] = block.input;
        if (answer && block.consent)
          consents.push({ channel: block.consent, text: block.label, field: name });
      }
    }
    const comment = comments.join('\n');
    if (comment && !surveys[0]) surveys.push({ ...survey, step });
    for (const answered of surveys)
      calls.submitted('survey_answered', comment ? { ...answered, comment } : answered);
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
