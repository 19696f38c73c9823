import type { Picture } from '../../message.ts';
import type { Frame } from '../popup.ts';

/** A picture whose place is reserved before it arrives; where it does not, the place goes. */
export function picture(
  { make: element, endpoint }: Frame,
  className: string,
  given: Picture,
): HTMLImageElement | undefined {
  const { src, width, height, alt } = given;
  // `http:` from a collector on this machine only.
  if (!/^(https:\/|\/v1)\//.test(src) || !(width > 0 && height > 0)) return undefined;
  const made: HTMLImageElement = element('img', `picture ${className}`, '', {
    width,
    height,
    alt: alt ?? '',
    onerror: () => made.remove(),
    src: src[0] === '/' ? endpoint + src : src,
  });
  return made;
}
