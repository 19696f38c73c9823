/** The same e-mail gives the same number on every device (FNV-1a; the shop has no database to ask). */
export function customerNumber(email) {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(email.trim().toLowerCase()))
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return `customer-${hash.toString(16).padStart(8, '0')}`;
}
