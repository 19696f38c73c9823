import type { Beckon } from '../api.ts';
import { onHide } from '../lifecycle.ts';

type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** Fields whose very name is nobody's business. */
const SECRET = /pass|pwd|pin\b|otp|one-time|secret|token|card|cc-|ccn|cvc|cvv|csc|iban|account|ssn|tax/i;
/** Fields in which nothing is filled in to be sent. */
const IDLE = /^(search|hidden|submit|button|reset|image)$/;

/**
 * Reports `form_abandoned` when the page is left or hidden after a field was changed and the form not sent: the form,
 * the name of the last changed field and how many were changed; never a value, of secret fields not even the name.
 */
export function watchForms(track: Beckon['track']): void {
  const changed = new Map<HTMLFormElement, { path: string; last?: string; fields: Set<Field> }>();

  function change(event: Event) {
    const field = event.composedPath()[0] as Field;
    const { form } = field;
    if (!form || IDLE.test(field.type)) return;
    const state = changed.get(form) ?? { path: location.pathname, fields: new Set() };
    changed.set(form, state);
    state.fields.add(field);
    const names = [field.type, field.name, field.id, field.autocomplete].join(' ');
    const name = field.name || field.id;
    if (name && !SECRET.test(names)) state.last = name;
  }

  addEventListener('input', change, true);
  addEventListener('change', change, true);
  addEventListener('submit', ({ target }) => changed.delete(target as HTMLFormElement), true);
  addEventListener('reset', ({ target }) => changed.delete(target as HTMLFormElement), true);
  onHide(() => {
    for (const [form, { path, last, fields }] of changed) {
      // A field named "id" hides the form's own.
      const name = form.getAttribute('id') ?? form.getAttribute('name');
      track('form_abandoned', { form: name, field: last ?? null, fields: fields.size, path });
    }
    changed.clear();
  });
}
