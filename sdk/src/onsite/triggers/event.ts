import type { Emitter } from '../../events.ts';
import type { Json, JsonObject, PropertyCondition } from '../../message.ts';
import type { Of } from './index.ts';

/** What lies at a path such as `items.0.price`. */
const valueAt = (properties: JsonObject | undefined, path: string): Json | undefined =>
  path
    .split('.')
    .reduce<Json | undefined>((at, key) => (at as JsonObject | null | undefined)?.[key], properties);

/**
 * Whether a value fulfils a condition. Shops send numbers as text, too: `12` is `'12'`. What is no number is neither
 * more nor less than anything; what is absent is as good as empty.
 */
function fulfils(found: Json | undefined, { is, value }: PropertyCondition): boolean {
  const wanted = String(value);
  const text = Array.isArray(found) ? found.map(String) : String(found ?? '');
  const more = Number.parseFloat(text as string) - Number(wanted);
  if (is === '==') return text === wanted;
  if (is === '!=') return text !== wanted;
  if (is === 'contains') return text.includes(wanted);
  return is === '>=' ? more >= 0 : is === '<=' && more <= 0;
}

/**
 * Fires at a call for the event whose properties fulfil all conditions; `page_view` is a call of `page`.
 * @returns ends that
 */
export const onEvent = (
  { event, where = [] }: Of<'event'>,
  fire: () => void,
  heard: Emitter['on'],
): (() => void) =>
  heard('call', (message) => {
    const {
      type,
      event: name,
      properties,
    } = message as { type: string; event?: string; properties?: JsonObject };
    if (
      event === (type === 'page' ? 'page_view' : name) &&
      where.every((condition) => fulfils(valueAt(properties, condition.property), condition))
    )
      fire();
  });
