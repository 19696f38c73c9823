import type { FieldInput, JsonObject, PopupBlock } from '../../message.ts';
import type { Frame } from '../popup.ts';
import { drawing, SCORES } from './rating.ts';

type Field = PopupBlock & { type: 'field' };
type Rating = PopupBlock & { type: 'rating' };

/** Plausible, no more: what really is an address, a message to it will tell. */
const FORMS: { [input: string]: RegExp } = {
  email: /^[^\s@]+@[^\s@]+\.[^\s@]+$/,
  phone: /^\+?[\d\s()./-]{6,24}$/,
};
/** Type of an input, and what a browser may fill in. */
const TYPES: { [input: string]: [type: string, autocomplete: AutoFill] } = {
  email: ['email', 'email'],
  phone: ['tel', 'tel'],
  name: ['text', 'name'],
  checkbox: ['checkbox', 'off'],
};

/** Fields and scores of the step that is shown: made, checked and handed over. */
export function createForm({ content, calls, card, element }: Frame, go: (step?: string) => void) {
  const { texts = {}, lang: locale } = content;
  let step = '';
  let asked: {
    block: Field | Rating;
    control: HTMLElement;
    read(): string | boolean;
    say(text: string): void;
  }[] = [];
  /** The score that texts of later steps belong to. */
  let survey: JsonObject | undefined;

  /** Asks; what is wrong with the answer is said in the box and is part of what `owner` is described by. */
  function ask(
    block: Field | Rating,
    box: HTMLElement,
    owner: HTMLElement,
    control: HTMLElement,
    read: () => string | boolean,
  ) {
    const error = element('span', 'error', '', { id: `e${asked.length}` });
    owner.setAttribute('aria-describedby', error.id);
    const say = (text: string) => {
      error.textContent = text;
      owner.ariaInvalid = `${!!text}`;
    };
    box.append(error);
    box.oninput = () => say('');
    asked.push({ block, control, read, say });
    return box;
  }

  function field(block: Field): HTMLElement | undefined {
    const { name, input, label, required, placeholder, options } = block;
    const common = { id: `f${asked.length}`, name, required: !!required };
    const typed = { ...common, placeholder: placeholder ?? '', maxLength: 2_000 };
    const [type, autocomplete] = TYPES[input] ?? [];
    const control =
      input === 'select'
        ? element(
            'select',
            'control',
            [{ value: '', text: placeholder ?? '' }, ...(options ?? [])].map(({ value, text }) =>
              element('option', '', text, { value }),
            ),
            common,
          )
        : input === 'text'
          ? element('textarea', 'control', '', typed)
          : type && element('input', 'control', '', { ...typed, type, autocomplete: autocomplete ?? '' });
    if (!control) return undefined;
    return ask(
      block,
      element('div', `field ${input}`, [element('label', 'label', label, { htmlFor: common.id }), control]),
      control,
      control,
      () => (type === 'checkbox' ? (control as HTMLInputElement).checked : control.value.trim()),
    );
  }

  const score = ({ name, scale, label: question }: Rating, chosen: string): JsonObject => {
    survey = { step, locale, name, scale, score: +chosen, question };
    return survey;
  };

  function rating(block: Rating): HTMLElement | undefined {
    const { name, scale, label, low, high, next } = block;
    const scores = SCORES[scale];
    const choose = (chosen: string) => {
      calls.submitted('survey_answered', score(block, chosen));
      go(next?.find(({ from, to }) => +chosen >= from && +chosen <= to)?.step);
    };
    /** The arrow keys go through the scores and click each: only what comes without them is a choice. */
    let passing = false;
    const inputs = scores.map((value, index) =>
      element('input', '', '', {
        type: 'radio',
        name,
        value,
        ariaLabel:
          scale === 'thumbs'
            ? (texts[index ? 'up' : 'down'] ?? value)
            : (texts.score ?? '{n} / {of}').replace('{n}', value).replace('{of}', scores.at(-1) ?? ''),
        onclick: () => !next || passing || choose(value),
      }),
    );
    const read = () => inputs.find(({ checked }) => checked)?.value ?? '';
    const box = element('fieldset', `rating ${scale}`, [
      element('legend', '', label),
      element(
        'div',
        'scale',
        inputs.map((input) =>
          element('label', '', [input, scale === 'nps' ? input.value : drawing(scale, +input.value)]),
        ),
        {
          onkeydown(event) {
            passing = /^A/.test(event.key);
            if (next && event.key === 'Enter') {
              event.preventDefault();
              if (read()) choose(read());
            }
          },
          onkeyup() {
            passing = false;
          },
        },
      ),
      (low || high) && element('div', 'ends', [element('span', '', low), element('span', '', high)]),
    ]);
    // One that leads on is no part of a form.
    return next ? box : ask(block, box, box, inputs[0] as HTMLElement, read);
  }

  function submit(next: string | undefined) {
    let wrong: HTMLElement | undefined;
    const surveys: JsonObject[] = [];
    for (const { block, control, read, say } of asked) {
      const answer = read();
      const isRating = block.type === 'rating';
      const fault = !answer
        ? // A form that asks for nothing but a score needs it.
          (isRating ? !asked[1] : block.required) && 'required'
        : !isRating && FORMS[block.input]?.test(`${answer}`) === false && block.input;
      say(fault ? (texts[fault as 'required'] ?? '!') : '');
      if (fault) wrong ??= control;
      else if (isRating && answer) surveys.push(score(block, `${answer}`));
    }
    if (wrong) return wrong.focus();
    const fields: JsonObject = {};
    const inputs: JsonObject = {};
    const comments: string[] = [];
    const consents: JsonObject[] = [...card.querySelectorAll<HTMLElement>('[data-consent]')].map(
      ({ dataset, textContent }) => ({ channel: dataset.consent ?? '', text: textContent ?? '' }),
    );
    for (const { block, read } of asked) {
      const answer = read();
      if (block.type === 'rating' || answer === '') continue;
      const { name, input, label, consent } = block;
      if (survey && input === 'text') comments.push(`${answer}`);
      else {
        fields[name] = answer;
        inputs[name] = input satisfies FieldInput;
      }
      if (consent && answer) consents.push({ channel: consent, text: label, field: name });
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
    /** Of another step, or of none. */
    begin(id = '') {
      step = id;
      asked = [];
    },
    /** Whether the step of now is still the one. */
    during() {
      const own = asked;
      return () => own === asked;
    },
  };
}
