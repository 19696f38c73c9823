import { asciiAt, type Measured, type Size, viewOf } from './measured.ts';

interface Box {
  name: string;
  /** Of its content. */
  start: number;
  end: number;
}

/** Reads the primary item of an AVIF (https://aomediacodec.github.io/av1-avif/, ISO/IEC 14496-12 and 23008-12). */
export function measureAvif(bytes: Uint8Array): Measured {
  if (asciiAt(bytes, 4, 4) !== 'ftyp') return null;
  const view = viewOf(bytes);
  const brands = brandsIn(bytes, view.getUint32(0));
  if (brands.includes('avis')) return 'moving';
  if (!brands.includes('avif')) return null;
  const top = boxesIn(bytes, 0, bytes.length);
  const meta = named(top, 'meta');
  if (!meta || !named(top, 'mdat')) return 'broken';
  // Version and flags go before what is in it.
  const inMeta = boxesIn(bytes, meta.start + 4, meta.end);
  const [primary, properties] = [named(inMeta, 'pitm'), named(inMeta, 'iprp')];
  if (!primary || !properties) return 'broken';
  const inProperties = boxesIn(bytes, properties.start, properties.end);
  const [list, uses] = [named(inProperties, 'ipco'), named(inProperties, 'ipma')];
  if (!list || !uses) return 'broken';
  const all = boxesIn(bytes, list.start, list.end);
  const itsOwn = propertiesOf(view, uses, itemIn(view, primary)).flatMap((place) => all[place - 1] ?? []);
  const extent = named(itsOwn, 'ispe');
  if (!extent || !named(all, 'av1C')) return 'broken';
  const size = { width: view.getUint32(extent.start + 4), height: view.getUint32(extent.start + 8) };
  const rotation = named(itsOwn, 'irot');
  return rotation ? rotated(size, view.getUint8(rotation.start)) : size;
}

/** The major one, then (after its version) the compatible ones. */
function brandsIn(bytes: Uint8Array, end: number): string[] {
  const brands = [asciiAt(bytes, 8, 4)];
  for (let at = 16; at + 4 <= Math.min(end, bytes.length); at += 4) brands.push(asciiAt(bytes, at, 4));
  return brands;
}

/** @throws RangeError when one of them does not end where it says */
function boxesIn(bytes: Uint8Array, from: number, to: number): Box[] {
  const view = viewOf(bytes);
  const boxes: Box[] = [];
  for (let at = from; at < to; ) {
    const short = view.getUint32(at);
    const isLong = short === 1;
    const length = isLong ? Number(view.getBigUint64(at + 8)) : short === 0 ? to - at : short;
    const start = at + (isLong ? 16 : 8);
    const end = at + length;
    if (end < start || end > to) throw new RangeError(`A box at ${at} ends at ${end}`);
    boxes.push({ name: asciiAt(bytes, at + 4, 4), start, end });
    at = end;
  }
  return boxes;
}

function named(boxes: readonly Box[], name: string): Box | undefined {
  return boxes.find((box) => box.name === name);
}

function itemIn(view: DataView, { start }: Box): number {
  return view.getUint8(start) === 0 ? view.getUint16(start + 4) : view.getUint32(start + 4);
}

/** Places, from 1, of what is said of an item. */
function propertiesOf(view: DataView, { start }: Box, item: number): number[] {
  const [hasLongIds, hasLongPlaces] = [view.getUint8(start) > 0, (view.getUint8(start + 3) & 1) === 1];
  const entries = view.getUint32(start + 4);
  let at = start + 8;
  for (let entry = 0; entry < entries; entry++) {
    const id = hasLongIds ? view.getUint32(at) : view.getUint16(at);
    at += hasLongIds ? 4 : 2;
    const count = view.getUint8(at++);
    const places: number[] = [];
    for (let n = 0; n < count; n++, at += hasLongPlaces ? 2 : 1) {
      // The first bit says whether it must be understood.
      places.push(hasLongPlaces ? view.getUint16(at) & 0x7fff : view.getUint8(at) & 0x7f);
    }
    if (id === item) return places;
  }
  return [];
}

/** By so many quarters of a circle. */
function rotated({ width, height }: Size, quarters: number): Size {
  return quarters % 2 === 1 ? { width: height, height: width } : { width, height };
}
