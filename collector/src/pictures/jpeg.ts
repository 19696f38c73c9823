import { turned } from './exif-orientation.ts';
import { asciiAt, type Measured, type Size, viewOf } from './measured.ts';

const START_OF_IMAGE = 0xd8;
const END_OF_IMAGE = 0xd9;
const START_OF_SCAN = 0xda;
const APP1 = 0xe1;
const EXIF = 'Exif\0\0';

/** Reads a JPEG from marker to marker, to the end of its image (ITU-T T.81, annex B). */
export function measureJpeg(bytes: Uint8Array): Measured {
  if (bytes[0] !== 0xff || bytes[1] !== START_OF_IMAGE || bytes[2] !== 0xff) return null;
  const view = viewOf(bytes);
  let size: Size | null = null;
  let exif: Uint8Array | null = null;
  let hasPixels = false;
  for (let at = 2; ; ) {
    if (view.getUint8(at) !== 0xff) return 'broken';
    const marker = view.getUint8(at + 1);
    if (marker === END_OF_IMAGE) return size && hasPixels ? turned(size, exif) : 'broken';
    if (marker === 0xff) {
      // Fill byte.
      at += 1;
      continue;
    }
    const data = at + 4;
    const end = at + 2 + view.getUint16(at + 2);
    if (end < data || end > bytes.length) return 'broken';
    if (isFrame(marker)) {
      // Browsers show baseline and progressive ones, of 8 bits.
      if (marker > 0xc2 || view.getUint8(data) !== 8) return 'broken';
      size = { width: view.getUint16(data + 3), height: view.getUint16(data + 1) };
    }
    if (marker === APP1 && !exif && asciiAt(bytes, data, 6) === EXIF) exif = bytes.subarray(data + 6, end);
    if (marker === START_OF_SCAN) hasPixels = true;
    at = marker === START_OF_SCAN ? endOfScan(bytes, end) : end;
  }
}

/** SOF0 to SOF15, without the tables (DHT, DAC) and the reserved marker among them. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

/** Where the next marker is; in a scan, 0xff is followed by 0, or restarts it. */
function endOfScan(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at !== -1; at = bytes.indexOf(0xff, at + 2)) {
    const next = bytes[at + 1] ?? 0;
    if (next !== 0 && !(next >= 0xd0 && next <= 0xd7)) return at;
  }
  return bytes.length;
}
