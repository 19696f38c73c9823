import type { FieldInput, JsonObject, PopupBlock } from '../../message.ts';
import type { Frame } from '../popup.ts';
import { drawing, SCORES } from './rating.ts';

type Field = PopupBlock & { type: 'field' };
type Rating = PopupBlock & { type: 'rating' };
type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/** Plausible, no more: what really is an address, a message to it will tell. */
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const PHONE = /^\+?[\d\s()./-]{6,24}$/;
/** Input type, and what a browser may fill in. */
const TYPES: Partial<Record<FieldInput, [type: string, autocomplete: AutoFill]>> = {
  email: ['email', 'email'],
  phone: ['tel', 'tel'],
  name: ['text', 'name'],
  checkbox: ['checkbox', ''],
};

/** Fields and scores of the step that is shown: made, checked and handed over. */
export function createForm({ content, calls, card, element, end }: Frame, go: (step?: string) => void) {
  const { texts = {}, lang } = content;
  let step = '';
  let fields: { block: Field; control: Control; wrong(): boolean }[] = [];
  let ratings: { block: Rating; inputs: HTMLInputElement[]; say(text: string): void }[] = [];
  /** The score that texts of later steps belong to. */
  let survey: JsonObject | undefined;
  let ids = 0;

  /** The place of an error text, which its control names as its description. */
  function errorOf(control: HTMLElement, box: HTMLElement, described = '') {
    const error = element('span', 'error');
    error.id = `e${++ids}`;
    control.setAttribute('aria-describedby', `${described} ${error.id}`);
    const say = (text: string) => {
      error.textContent = text;
      control.ariaInvalid = text ? 'true' : null;
    };
    box.append(error);
    box.addEventListener('input', () => say(''));
    return say;
  }

  function controlOf({ input, options, placeholder }: Field): Control | undefined {
    if (input === 'text') return element('textarea', 'control');
    if (input === 'select') {
      const control = element('select', 'control');
      for (const { value, text } of [{ value: '', text: placeholder ?? '' }, ...(options ?? [])])
        control.add(new Option(text, value));
      return control;
    }
    const known = TYPES[input];
    if (!known) return undefined;
    const control = element('input', 'control');
    [control.type, control.autocomplete] = known;
    if (/l$/.test(control.type)) control.inputMode = control.type;
    return control;
  }

  function field(block: Field): HTMLElement | undefined {
    const { name, input, label, required, placeholder } = block;
    const control = controlOf(block);
    if (!control) return undefined;
    const box = element('div', `field ${input}`);
    const caption = element('label', 'label', label);
    control.id = caption.htmlFor = `f${++ids}`;
    control.name = name;
    control.required = !!required;
    if ('placeholder' in control) {
      control.placeholder = placeholder ?? '';
      control.maxLength = 2_000;
    }
    box.append(caption, control);
    const say = errorOf(control, box);
    const wrong = () => {
      const value = answerOf(control);
      const text = !value
        ? required && (texts.required ?? '!')
        : (input === 'email' && !EMAIL.test(`${value}`)) || (input === 'phone' && !PHONE.test(`${value}`))
          ? (texts[input] ?? '!')
          : '';
      say(text || '');
      return !!text;
    };
    fields.push({ block, control, wrong });
    return box;
  }

  const answerOf = (control: Control) =>
    control.type === 'checkbox' ? (control as HTMLInputElement).checked : control.value.trim();
  const scoreOf = ({ name, scale, label }: Rating, score: string) => {
    const scored = { step, locale: lang, name, scale, score: +score, question: label };
    survey = scored;
    return scored;
  };

  function rating(block: Rating): HTMLElement | undefined {
    const { name, scale, label, low, high, next } = block;
    const scores = SCORES[scale];
    if (!scores) return undefined;
    const box = element('fieldset', `rating ${scale}`);
    const row = element('div', 'scale');
    const choose = (score: string) => {
      calls.submitted('survey_answered', scoreOf(block, score));
      go(next?.find(({ from, to }) => +score >= from && +score <= to)?.step);
    };
    const inputs = scores.map((score) => {
      const choice = element('label', '');
      const input = element('input', '');
      input.type = 'radio';
      input.name = name;
      input.value = score;
      input.ariaLabel =
        scale === 'thumbs'
          ? (texts[score === '1' ? 'up' : 'down'] ?? score)
          : (texts.score ?? '{n} / {of}').replace('{n}', score).replace('{of}', scores.at(-1) ?? '');
      choice.append(input, scale === 'nps' ? score : drawing(scale, +score));
      row.append(choice);
      return input;
    });
    box.append(element('legend', '', label), row);
    const ends = element('div', 'ends');
    ends.id = `f${++ids}`;
    if (low || high) {
      ends.append(element('span', '', low), element('span', '', high));
      box.append(ends);
    }
    const say = errorOf(box, box, ends.id);
    if (next) {
      // The arrow keys go through the scores and click each: only what comes without them is a choice.
      let passing = false;
      row.addEventListener('keydown', (event) => {
        const { key } = event;
        passing = /^A/.test(key);
        if (key !== 'Enter') return;
        event.preventDefault();
        const at = inputs.find((input) => input.checked);
        if (at) choose(at.value);
      });
      row.addEventListener('keyup', () => {
        passing = false;
      });
      for (const input of inputs)
        input.addEventListener('click', () => {
          if (!passing) choose(input.value);
        });
    } else ratings.push({ block, inputs, say });
    return box;
  }

  function submit(next: string | undefined) {
    const [first] = fields.filter(({ wrong }) => wrong());
    if (first) return first.control.focus();
    const scores: JsonObject[] = ratings.flatMap(({ block, inputs }) => {
      const chosen = inputs.find(({ checked }) => checked);
      return chosen ? scoreOf(block, chosen.value) : [];
    });
    const [unrated] = ratings;
    if (unrated && !fields.length && !scores.length) {
      unrated.say(texts.required ?? '!');
      return unrated.inputs[0]?.focus();
    }
    const answers: JsonObject = {};
    const inputs: JsonObject = {};
    const comments: string[] = [];
    const consents: JsonObject[] = [];
    for (const { dataset, textContent } of card.querySelectorAll<HTMLElement>('[data-consent]'))
      consents.push({ channel: dataset.consent ?? '', text: textContent ?? '' });
    for (const { block, control } of fields) {
      const { name, input, label, consent } = block;
      const answer = answerOf(control);
      if (survey && input === 'text') {
        if (answer) comments.push(`${answer}`);
      } else if (answer !== '') {
        answers[name] = answer;
        inputs[name] = input;
      }
      if (consent && answer === true) consents.push({ channel: consent, text: label, field: name });
    }
    const comment = comments.join('\n');
    const surveys: JsonObject[] = scores.length || !comment || !survey ? scores : [{ ...survey, step }];
    for (const one of surveys) calls.submitted('survey_answered', comment ? { ...one, comment } : one);
    if (Object.keys(answers)[0] || consents[0] || !surveys[0])
      calls.submitted('form_submitted', { step, locale: lang, fields: answers, consents, inputs });
    if (next) go(next);
    else end('action');
  }

  return {
    field,
    rating,
    submit,
    /** Of another step, or of none. */
    begin(id = '') {
      step = id;
      fields = [];
      ratings = [];
    },
    /** Whether the step of now is still the one. */
    during() {
      const own = fields;
      return () => own === fields;
    },
  };
}
