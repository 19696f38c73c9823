import { asciiAt, type Size, viewOf } from './measured.ts';

const ORIENTATION = 0x0112;
const SHORT = 3;
const ENTRY_BYTES = 12;
/** From here on (to 8) the picture lies on its side. */
const FIRST_ON_ITS_SIDE = 5;

/**
 * The size of a picture that is shown as its Exif data asks for. What cannot be read turns nothing, as in browsers.
 *
 * @param tiff Exif data from its byte order (`II` or `MM`) on; `null`: there is none
 */
export function turned({ width, height }: Size, tiff: Uint8Array | null): Size {
  const onItsSide = tiff !== null && orientationOf(tiff) >= FIRST_ON_ITS_SIDE;
  return onItsSide ? { width: height, height: width } : { width, height };
}

/** 1 to 8 (Exif 2.32, 4.6.4 A); 1 where it is not said. */
function orientationOf(tiff: Uint8Array): number {
  const order = asciiAt(tiff, 0, 2);
  if (order !== 'II' && order !== 'MM') return 1;
  const littleEndian = order === 'II';
  const view = viewOf(tiff);
  try {
    const directory = view.getUint32(4, littleEndian);
    const entries = view.getUint16(directory, littleEndian);
    for (let entry = 0; entry < entries; entry++) {
      const at = directory + 2 + entry * ENTRY_BYTES;
      if (view.getUint16(at, littleEndian) !== ORIENTATION) continue;
      const value = view.getUint16(at + 8, littleEndian);
      return view.getUint16(at + 2, littleEndian) === SHORT && value <= 8 ? value : 1;
    }
  } catch {
    // It points beyond its end.
  }
  return 1;
}
