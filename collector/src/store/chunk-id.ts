import { V7Generator } from 'uuidv7';

/** Made when it is first needed: a Worker has no random numbers before its first request. */
let generator: V7Generator | undefined;

/** A new UUIDv7 of this very time, ms since the epoch. Those of one time, made one after the other, grow. */
export function chunkIdAt(ms: number): string {
  if (!generator) {
    generator = new V7Generator();
    // By default it would go on with the time of the last one, also where that was another object's.
    generator.setRollbackAllowance(0);
  }
  return generator.generateOrResetWithTs(ms).toString();
}

/** The text before which all ids (UUIDv7) minted before `ms` (since the epoch) sort, and none of the others. */
export function firstIdAt(ms: number): string {
  const hex = Math.max(0, Math.floor(ms)).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}`;
}

/** When a UUIDv7 was minted, ms since the epoch. */
export function timeOfId(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}
