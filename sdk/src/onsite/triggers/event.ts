import type { Json, JsonObject, PropertyCondition } from '../../message.ts';
import type { OnsiteHost } from '../host.ts';
import type { Of } from './of.ts';

/** What lies at a path such as `items.0.price`; of own properties only. */
const valueAt = (properties: JsonObject | undefined, path: string): Json | undefined =>
  path
    .split('.')
    .reduce<Json | undefined>(
      (at, key) => (at == null ? at : Object.getOwnPropertyDescriptor(at, key)?.value),
      properties,
    );

/**
 * Whether a value fulfils a condition. Shops send numbers as text, too: `12` is `'12'`. What is no number is neither
 * more nor less than anything; what is absent is as good as empty.
 */
function fulfils(found: Json | undefined, { is, value }: PropertyCondition): boolean {
  const wanted = String(value);
  const text = Array.isArray(found) ? found.map(String) : String(found ?? '');
  const more = Number.parseFloat(`${text}`) - Number(wanted);
  if (is === '==') return text === wanted;
  if (is === '!=') return text !== wanted;
  if (is === 'contains') return text.includes(wanted);
  return is === '>=' ? more >= 0 : is === '<=' && more <= 0;
}

/** Fires at a call for the event whose properties fulfil all conditions; `page_view` is a call of `page`. */
export function onEvent(
  { event, where = [] }: Of<'event'>,
  signal: AbortSignal,
  fire: () => void,
  { on }: Pick<OnsiteHost, 'on'>,
): void {
  const off = on('call', (message) => {
    const name = message.type === 'track' ? message.event : message.type === 'page' && 'page_view';
    const { properties } = message as { properties?: JsonObject };
    if (
      name === event &&
      where.every((condition) => fulfils(valueAt(properties, condition.property), condition))
    )
      fire();
  });
  signal.addEventListener('abort', off);
}
