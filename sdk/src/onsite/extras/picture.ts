import type { Picture } from '../../message.ts';
import type { Frame } from '../popup.ts';

/** A picture whose place is reserved before it arrives; where it does not, the place goes. */
export function picture(
  element: Frame['element'],
  endpoint: string,
  { src, width, height, alt }: Picture,
): HTMLImageElement | undefined {
  const address = src.startsWith('/v1/') ? endpoint + src : src;
  // No `http:` either, but from a collector on this machine.
  if ((address === src && !/^https:/i.test(src)) || !(width > 0 && height > 0)) return undefined;
  const made = element('img', 'picture');
  made.width = width;
  made.height = height;
  made.alt = alt ?? '';
  made.addEventListener('error', () => made.remove());
  made.src = address;
  return made;
}
