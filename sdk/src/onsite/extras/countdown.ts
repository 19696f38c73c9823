import type { PopupBlock, PopupContent } from '../../message.ts';
import type { Frame } from '../popup.ts';

/** Seconds of each unit. */
const UNITS = [
  ['days', 86_400],
  ['hours', 3_600],
  ['minutes', 60],
  ['seconds', 1],
] as const;

/**
 * The time that is left, drawn once a second while it is in the card; `role=timer` is not read out by itself.
 * @returns undefined when it is over and nothing is to be said in its place
 */
export function countdown(
  element: Frame['element'],
  { until, label, expired }: PopupBlock & { type: 'countdown' },
  texts: PopupContent['texts'],
): HTMLElement | undefined {
  const units = element('div', 'units');
  const box = element('div', 'countdown', [element('span', 'label', label), units], { role: 'timer' });
  const tick = () => {
    const left = Date.parse(until) - Date.now();
    // Also when `until` is no time at all.
    if (!(left > 0)) {
      box.replaceChildren(expired ?? '');
      if (!expired) box.remove();
      return expired;
    }
    let seconds = Math.ceil(left / 1_000);
    units.replaceChildren(
      ...UNITS.map(([name, size]) => {
        const count = Math.floor(seconds / size);
        seconds %= size;
        return element(
          'span',
          '',
          [element('b', '', `${count}`.padStart(2, '0')), ` ${texts?.[name] ?? ''}`],
          {
            hidden: !count && size > 3_600,
          },
        );
      }),
    );
    setTimeout(() => box.parentNode && tick(), left % 1_000 || 1_000);
    return true;
  };
  return tick() ? box : undefined;
}
