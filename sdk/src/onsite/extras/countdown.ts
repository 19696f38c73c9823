import type { PopupBlock, PopupTexts } from '../../message.ts';
import type { Frame } from '../popup.ts';

/**
 * The time that is left, drawn once a second while it is in the card; `role=timer` is not read out by itself.
 * @returns undefined when it is over and nothing is to be said in its place
 */
export function countdown(
  element: Frame['make'],
  { until, label, expired }: PopupBlock & { type: 'countdown' },
  { days, hours, minutes, seconds }: Partial<PopupTexts> = {},
): HTMLElement | undefined {
  const names = [days, hours, minutes, seconds];
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
    const total = Math.ceil(left / 1_000);
    units.replaceChildren(
      ...[total / 86_400, (total / 3_600) % 24, (total / 60) % 60, total % 60].map((count, index) =>
        element('span', '', [element('b', '', `${count | 0}`.padStart(2, '0')), ` ${names[index] ?? ''}`], {
          // Days, where there are none.
          hidden: !index && count < 1,
        }),
      ),
    );
    setTimeout(() => box.parentNode && tick(), left % 1_000 || 1_000);
    return true;
  };
  return tick() ? box : undefined;
}
