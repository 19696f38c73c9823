import { measureAvif } from './avif.ts';
import { measureJpeg } from './jpeg.ts';
import { asciiAt, type Measured, type Size } from './measured.ts';
import { measurePng } from './png.ts';
import { measureWebp } from './webp.ts';

/** What may be uploaded and served, and how its address ends. */
export const EXTENSIONS = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/webp': 'webp',
  'image/avif': 'avif',
} as const;
export type PictureType = keyof typeof EXTENSIONS;
export const PICTURE_TYPES = Object.keys(EXTENSIONS) as PictureType[];

const FORMATS: Record<PictureType, { name: string; measure(bytes: Uint8Array): Measured }> = {
  'image/png': { name: 'PNG', measure: measurePng },
  'image/jpeg': { name: 'JPEG', measure: measureJpeg },
  'image/webp': { name: 'WebP', measure: measureWebp },
  'image/avif': { name: 'AVIF', measure: measureAvif },
};

/** Pixels of a side. */
export const MAX_SIDE = 8_192;
/** Bytes that are looked at to name what is not taken. */
const BEGINNING = 1_000;

export type ReadPicture = ({ type: PictureType } & Size) | { fault: string };

/**
 * What a file is by its content, whatever it is called: type and size in pixels, as browsers show it. Its structure is
 * read, its pixels are not.
 *
 * @returns `fault`: why it is not taken and what to do, for whoever uploads it
 */
export function readPicture(bytes: Uint8Array): ReadPicture {
  for (const type of PICTURE_TYPES) {
    const { name } = FORMATS[type];
    const measured = measure(type, bytes);
    if (measured === null) continue;
    if (measured === 'moving') {
      return {
        fault: 'The picture moves, also for visitors who want no motion. Send one that stands still.',
      };
    }
    if (measured === 'broken' || measured.width === 0 || measured.height === 0) {
      return {
        fault: `The ${name} file is damaged or ends too early. Send it again, or save it anew first.`,
      };
    }
    const { width, height } = measured;
    if (Math.max(width, height) > MAX_SIDE) {
      return {
        fault: `The picture is ${width} × ${height} pixels; at most ${MAX_SIDE} a side are taken. Make it smaller.`,
      };
    }
    return { type, width, height };
  }
  return { fault: `${notTaken(bytes)} Save it as PNG, JPEG, WebP or AVIF.` };
}

function measure(type: PictureType, bytes: Uint8Array): Measured {
  try {
    return FORMATS[type].measure(bytes);
  } catch (error) {
    if (error instanceof RangeError) return 'broken';
    throw error;
  }
}

function notTaken(bytes: Uint8Array): string {
  const beginning = asciiAt(bytes, 0, BEGINNING);
  if (bytes.length === 0) return 'The body is empty: send the file itself.';
  if (/<svg[\s>]/i.test(beginning)) return 'SVG is not taken: it may carry scripts.';
  if (beginning.startsWith('GIF8')) return 'GIF is not taken.';
  if (beginning.slice(4, 8) === 'ftyp')
    return 'This is no AVIF, but a relative of it such as HEIC or a video.';
  return 'The file is no picture of a kind that every browser shows.';
}
