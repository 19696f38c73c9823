/** Pixels, as a browser shows them: turned as the file asks for. */
export interface Size {
  width: number;
  height: number;
}

/** What a file of a format is found to be; `null`: of another format. */
export type Measured = Size | 'broken' | 'moving' | null;

/** Bytes as text, one character each; shorter where the file ends. */
export function asciiAt(bytes: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + length));
}

/** Reading beyond the end of the file throws a RangeError, which {@link ./read-picture.ts} takes for a broken file. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
