import type { PopupBlock, PopupTexts } from '../../message.ts';
import type { Frame } from '../popup.ts';

/** Seconds of each unit. */
const UNITS = { days: 86_400, hours: 3_600, minutes: 60, seconds: 1 };

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
  const units = element('div', 'units');
  const box = element('div', 'countdown', [element('span', 'label', label), units], { role: 'timer' });
  const tick = () => {
    if (!isOn()) return false;
    const left = Date.parse(until) - Date.now();
    // Also when `until` is no time at all.
    if (!(left > 0)) {
      box.replaceChildren(expired ?? '');
      if (!expired) box.remove();
      return !!expired;
    }
    let seconds = Math.ceil(left / 1_000);
    units.replaceChildren(
      ...(Object.keys(UNITS) as (keyof typeof UNITS)[]).map((name) => {
        const count = Math.floor(seconds / UNITS[name]);
        seconds %= UNITS[name];
        return element('span', name === 'days' && !count ? 'none' : '', [
          element('b', '', `${count}`.padStart(2, '0')),
          ` ${texts[name] ?? ''}`,
        ]);
      }),
    );
    // A hidden page draws nothing; when it comes back it is right at once.
    setTimeout(
      () => (document.hidden ? document.addEventListener('visibilitychange', tick, { once: true }) : tick()),
      left % 1_000 || 1_000,
    );
    return true;
  };
  return tick() ? box : undefined;
}
