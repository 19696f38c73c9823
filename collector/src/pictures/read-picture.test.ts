import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PICTURES, type SamplePicture } from '../../../test/support/workerd/pictures.ts';
import { readPicture } from './read-picture.ts';

const STILL = Object.keys(PICTURES).filter((name) => !/gif|Moving/.test(name)) as SamplePicture[];
const bytesOf = (text: string) => new TextEncoder().encode(text);

function faultOf(bytes: Uint8Array): string {
  const read = readPicture(bytes);
  return 'fault' in read ? read.fault : '';
}

/** The file with these bytes in the place of others; what is not found in it fails the test. */
function changed(file: Uint8Array, where: string, by: number, bytes: readonly number[]): Uint8Array {
  const at = String.fromCharCode(...file).indexOf(where);
  expect(at).toBeGreaterThanOrEqual(0);
  const copy = Uint8Array.from(file);
  copy.set(bytes, at + by);
  return copy;
}

describe('the place that is kept for a picture is the one that it fills', () => {
  it.each([
    'png',
    'jpeg',
    'jpegProgressive',
    'webp',
    'webpLossless',
    'webpAlpha',
    'avif',
    'avifAlpha',
  ] as const)('%s', (name) => {
    expect(readPicture(PICTURES[name])).toMatchObject({ width: 24, height: 16 });
  });

  it('also of a photograph that was taken on its side', () => {
    for (const name of ['jpegTurned', 'pngTurned', 'avifTurned'] as const) {
      expect(readPicture(PICTURES[name]), name).toMatchObject({ width: 16, height: 24 });
    }
    expect(readPicture(PICTURES.jpegUpsideDown)).toMatchObject({ width: 24, height: 16 });
    // What browsers do not turn.
    expect(readPicture(PICTURES.webpTurned)).toMatchObject({ width: 24, height: 16 });
  });

  it('though its Exif data cannot be read', () => {
    const { jpegTurned } = PICTURES;
    for (const broken of [
      changed(jpegTurned, 'MM\0*', 0, [0x58]),
      changed(jpegTurned, 'MM\0*', 4, [0xff, 0xff, 0xff, 0xff]),
      changed(jpegTurned, 'MM\0*', 8, [0xff, 0xff, 0, 0]),
      // A longer number, and an orientation that does not exist.
      changed(jpegTurned, 'MM\0*', 12, [0, 4]),
      changed(jpegTurned, 'MM\0*', 18, [0, 9]),
    ]) {
      expect(readPicture(broken)).toMatchObject({ width: 24, height: 16 });
    }
  });
});

describe('what a file is', () => {
  it('is said by its content', () => {
    expect(STILL.map((name) => [name, readPicture(PICTURES[name])])).toEqual(
      STILL.map((name) => [
        name,
        expect.objectContaining({ type: `image/${/^[a-z]+/.exec(name)?.[0] ?? ''}` }),
      ]),
    );
  });

  it('is said to whoever uploads something else, with what to do', () => {
    const html = bytesOf('<!doctype html><script>alert(1)</script>');
    const svg = bytesOf(
      '<?xml version="1.0"?>\n<!-- made by hand -->\n<svg xmlns="http://www.w3.org/2000/svg"/>',
    );
    const heic = changed(PICTURES.avif, 'ftypavif', 4, [...bytesOf('heic\0\0\0\0mif1heicmiaf')]);
    expect(faultOf(new Uint8Array())).toMatch(/empty.*Save it as PNG/);
    expect(faultOf(html)).toMatch(/no picture.*Save it as PNG, JPEG, WebP or AVIF/);
    expect(faultOf(svg)).toMatch(/SVG is not taken/);
    expect(faultOf(PICTURES.gif)).toMatch(/GIF is not taken/);
    expect(faultOf(heic)).toMatch(/HEIC/);
  });

  it('is not what its first bytes pretend', () => {
    const markup = bytesOf('<script>alert(document.domain)</script>'.repeat(20));
    for (const [name, length] of [
      ['png', 8],
      ['png', 33],
      ['jpeg', 3],
      ['jpeg', 20],
      ['webp', 12],
      ['webp', 16],
      ['avif', 28],
    ] as const) {
      const pretending = new Uint8Array([...PICTURES[name].subarray(0, length), ...markup]);
      expect(faultOf(pretending), `${name} ${length}`).toMatch(/is damaged or ends too early/);
    }
  });

  it('is a picture only when all of it is there', () => {
    for (const name of STILL) {
      // JPEG and PNG end with a marker and a checksum, which count too.
      for (let length = 16; length < PICTURES[name].length - 1; length++) {
        expect(readPicture(PICTURES[name].subarray(0, length)), `${name} ${length}`).toHaveProperty('fault');
      }
    }
  });

  it('may have something after its end, as phones write it', () => {
    for (const name of STILL.filter((name) => !name.startsWith('avif'))) {
      const longer = new Uint8Array([...PICTURES[name], ...bytesOf('trailer')]);
      expect(readPicture(longer), name).toHaveProperty('width');
    }
  });

  it('never keeps the collector from answering', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...STILL),
        fc.array(fc.tuple(fc.nat(700), fc.nat(255)), { maxLength: 8 }),
        (name, changes) => {
          const file = Uint8Array.from(PICTURES[name]);
          for (const [at, byte] of changes) file[at % file.length] = byte;
          const read = readPicture(file);
          expect('fault' in read ? read.fault.length : read.width * read.height).toBeGreaterThan(0);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe('a popup that respects reduced motion', () => {
  it('has no picture that moves', () => {
    const frames = [0, 0, 0, 8, 0x61, 0x63, 0x54, 0x4c, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0];
    const png = new Uint8Array([...PICTURES.png.subarray(0, 33), ...frames, ...PICTURES.png.subarray(33)]);
    const avif = changed(PICTURES.avif, 'ftypavif', 4, [...bytesOf('avis')]);
    for (const moving of [png, PICTURES.webpMoving, avif]) expect(faultOf(moving)).toMatch(/moves/);
  });
});

describe('a size that no page needs', () => {
  it('is refused, and none at all', () => {
    const { png, webpAlpha, avif, jpeg } = PICTURES;
    expect(readPicture(changed(png, 'IHDR', 4, [0, 0, 0x20, 0]))).toMatchObject({ width: 8_192 });
    expect(faultOf(changed(png, 'IHDR', 4, [0, 0, 0x20, 1]))).toMatch(/8193 × 16 pixels.*at most 8192/);
    expect(faultOf(changed(webpAlpha, 'VP8X', 12, [0xff, 0xff, 0xff]))).toMatch(/16777216 × 16/);
    expect(faultOf(changed(avif, 'ispe', 8, [0xff, 0xff, 0xff, 0xff]))).toMatch(/4294967295 × 16/);
    expect(faultOf(changed(png, 'IHDR', 4, [0, 0, 0, 0]))).toMatch(/damaged/);
    // T.81, B.2.5: a height that is said after the scan.
    expect(faultOf(changed(jpeg, '\xff\xc0', 5, [0, 0]))).toMatch(/damaged/);
  });
});
