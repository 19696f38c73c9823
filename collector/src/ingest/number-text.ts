import type { Json } from '../../../sdk/src/message.ts';

/** Digits with separators, and at most four other characters before and after them, such as a currency. */
const NUMBER = /^([^\d-]{0,4})(-?\d[\d.,' \u00a0\u202f]*)([^\d]{0,4})$/;

/**
 * A number, or one as shops write it: `"12.50"`, `"12,50 €"`, `"1 299,00"`, `"754 USD"`, with the ISO 4217 currency
 * where one is named. Null for anything else. A lone comma before three digits separates thousands, a lone point
 * never does.
 */
export function numberOf(value: Json | undefined): { number: number; currency: string | null } | null {
  if (typeof value === 'number') return { number: value, currency: null };
  if (typeof value !== 'string' || value.length > 32) return null;
  const [, before = '', digits = '', after = ''] = NUMBER.exec(value.trim()) ?? [];
  const plain = digits
    .replace(/[' \u00a0\u202f]/g, '')
    .replace(/[.,](?=.*[.,])/g, '')
    .replace(/,(?=\d{3}$)/, '')
    .replace(',', '.');
  const number = plain === '' ? Number.NaN : Number(plain);
  if (!Number.isFinite(number)) return null;
  return { number, currency: /\b[A-Z]{3}\b/.exec(`${before} ${after}`)?.[0] ?? null };
}
