/** FNV-1a, 32 bits, over UTF-16 units; offset basis and prime of the FNV reference. */
export function fnv32a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash ^= text.charCodeAt(i);
    hash = Math.imul(hash, 0x01000193) >>> 0;
  }
  return hash;
}

/** A short name for a text, 64 bits as at most 14 letters and digits. Not for secrets: others can find a second text. */
export function fingerprint(text: string): string {
  return fnv32a(text).toString(36) + fnv32a(`~${text}`).toString(36).padStart(7, '0');
}
