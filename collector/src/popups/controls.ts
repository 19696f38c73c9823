import type { FieldAttributes, FieldInput, PopupBlock } from '../../../sdk/src/message.ts';
import type { ContentBlock } from '../campaigns/content-schema.ts';
import { builtIn } from '../campaigns/popup-texts.ts';

type Tag = Extract<PopupBlock, { type: 'field' }>['tag'];

/**
 * What the browser makes of each input, and checks by itself. Patterns are what is plausible, no more: whether it really is
 * an address, a message to it will tell. They are regular expressions of HTML (flag `v`, of the whole answer).
 */
const CONTROLS: Record<FieldInput, { tag: Tag; attributes: FieldAttributes }> = {
  email: {
    tag: 'input',
    attributes: { type: 'email', autocomplete: 'email', pattern: '[^\\s@]+@[^\\s@]+\\.[^\\s@]+' },
  },
  phone: {
    tag: 'input',
    attributes: { type: 'tel', autocomplete: 'tel', pattern: '\\+?[\\d\\s\\(\\)\\.\\/\\-]{6,24}' },
  },
  name: { tag: 'input', attributes: { type: 'text', autocomplete: 'name' } },
  text: { tag: 'textarea', attributes: {} },
  select: { tag: 'select', attributes: {} },
  checkbox: { tag: 'input', attributes: { type: 'checkbox' } },
};

/** Characters of an answer. */
const MAX_LENGTH = 2_000;

/** A field with what its element needs; the first option of a select is none. */
export function withControl(
  { required, placeholder = '', options, ...field }: Extract<ContentBlock, { type: 'field' }>,
  lang: string,
): Extract<PopupBlock, { type: 'field' }> {
  const { input } = field;
  const { tag, attributes } = CONTROLS[input];
  const isTyped = tag === 'textarea' || attributes.pattern !== undefined || input === 'name';
  return {
    ...field,
    tag,
    attributes: {
      ...attributes,
      ...(required ? { required } : {}),
      ...(isTyped ? { maxLength: MAX_LENGTH } : {}),
      ...(isTyped && placeholder !== '' ? { placeholder } : {}),
    },
    ...(input === 'email' || input === 'phone' ? { fault: builtIn(lang)[input] } : {}),
    ...(input === 'select' ? { options: [{ value: '', text: placeholder }, ...(options ?? [])] } : {}),
  };
}
