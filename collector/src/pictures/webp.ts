import { asciiAt, type Measured, type Size, viewOf } from './measured.ts';

/** In the flags of the extended format. */
const ANIMATED = 0b10;
const LOSSY_START = 0x2a019d;
const LOSSLESS_START = 0x2f;

/**
 * Reads a WebP as far as its pixels, all of which must be there (RFC 9649). Browsers do not turn it as its Exif data asks
 * for.
 */
export function measureWebp(bytes: Uint8Array): Measured {
  if (asciiAt(bytes, 0, 4) !== 'RIFF' || asciiAt(bytes, 8, 4) !== 'WEBP') return null;
  const view = viewOf(bytes);
  const fileEnd = 8 + view.getUint32(4, true);
  if (fileEnd > bytes.length) return 'broken';
  let canvas: Size | null = null;
  for (let at = 12; at < fileEnd; ) {
    const name = asciiAt(bytes, at, 4);
    const length = view.getUint32(at + 4, true);
    const data = at + 8;
    if (data + length > fileEnd) return 'broken';
    if (name === 'VP8X') {
      if (view.getUint8(data) & ANIMATED) return 'moving';
      canvas = { width: uint24(view, data + 4) + 1, height: uint24(view, data + 7) + 1 };
    }
    if (name === 'VP8 ' || name === 'VP8L') {
      const size = name === 'VP8 ' ? lossy(view, data) : lossless(view, data);
      return size === 'broken' ? size : (canvas ?? size);
    }
    at = data + length + (length % 2);
  }
  return 'broken';
}

/** RFC 6386, 9.1: a key frame begins with its tag, a start code, and 14 bits for each side. */
function lossy(view: DataView, at: number): Size | 'broken' {
  const isKeyFrame = (view.getUint8(at) & 1) === 0;
  if (!isKeyFrame || uint24(view, at + 3) !== LOSSY_START) return 'broken';
  return { width: view.getUint16(at + 6, true) & 0x3fff, height: view.getUint16(at + 8, true) & 0x3fff };
}

function lossless(view: DataView, at: number): Size | 'broken' {
  if (view.getUint8(at) !== LOSSLESS_START) return 'broken';
  const bits = view.getUint32(at + 1, true);
  return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
}

function uint24(view: DataView, at: number): number {
  return view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
}
