import type { PopupBlock, PopupTexts } from '../../message.ts';
import type { Frame } from '../popup.ts';

const UNITS = [
  ['days', 86_400],
  ['hours', 3_600],
  ['minutes', 60],
  ['seconds', 1],
] as const;

/**
 * The time that is left, drawn once a second while the page is visible; `role=timer` is not read out by itself.
 * @param isOn - whether it is still shown
 * @returns undefined when it is over and nothing is to be said in its place
 */
export function countdown(
  element: Frame['element'],
  { until, label, expired }: PopupBlock & { type: 'countdown' },
  texts: Partial<PopupTexts>,
  isOn: () => boolean,
): HTMLElement | undefined {
  const end = Date.parse(until);
  const box = element('div', 'countdown');
  box.role = 'timer';
  const units = element('div', 'units');
  box.append(element('span', 'label', label), units);
  const tick = () => {
    if (!isOn()) return;
    const left = end - Date.now();
    // Also when `until` is no time at all.
    if (!(left > 0)) {
      if (expired) box.replaceChildren(element('p', 'text', expired));
      else box.remove();
      return;
    }
    let seconds = Math.ceil(left / 1_000);
    units.replaceChildren(
      ...UNITS.flatMap(([name, size]) => {
        const count = Math.floor(seconds / size);
        seconds %= size;
        if (size > 3_600 && !count) return [];
        const unit = element('span', '', texts[name]);
        unit.prepend(element('b', '', `${count}`.padStart(2, '0')), ' ');
        return unit;
      }),
    );
    // Hidden pages draw nothing; what comes back is right at once.
    setTimeout(
      () => (document.hidden ? document.addEventListener('visibilitychange', tick, { once: true }) : tick()),
      left % 1_000 || 1_000,
    );
  };
  tick();
  return end > Date.now() || expired ? box : undefined;
}
