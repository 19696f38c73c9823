import { turned } from './exif-orientation.ts';
import { asciiAt, type Measured, type Size, viewOf } from './measured.ts';

const SIGNATURE = '\x89PNG\r\n\x1a\n';
const HEADER_BYTES = 13;

/** Reads a PNG from its first chunk to its last (https://www.w3.org/TR/png-3/). */
export function measurePng(bytes: Uint8Array): Measured {
  if (asciiAt(bytes, 0, 8) !== SIGNATURE) return null;
  const view = viewOf(bytes);
  let size: Size | null = null;
  let exif: Uint8Array | null = null;
  let hasPixels = false;
  for (let at = 8; ; ) {
    const length = view.getUint32(at);
    const name = asciiAt(bytes, at + 4, 4);
    const data = at + 8;
    const end = data + length;
    // A checksum follows.
    if (end + 4 > bytes.length || (size === null) !== (name === 'IHDR')) return 'broken';
    if (name === 'IHDR') {
      if (length !== HEADER_BYTES) return 'broken';
      size = { width: view.getUint32(data), height: view.getUint32(data + 4) };
    }
    if (name === 'acTL' && view.getUint32(data) > 1) return 'moving';
    if (name === 'IDAT') hasPixels = true;
    if (name === 'eXIf' && !hasPixels) exif = bytes.subarray(data, end);
    if (name === 'IEND') return size && hasPixels ? turned(size, exif) : 'broken';
    at = end + 4;
  }
}
