import type { Context, FilterImplOptions } from 'liquidjs';

/** How numbers and dates are written. */
export interface Formatting {
  /** BCP 47. */
  locale: string;
  /** IANA. */
  timezoneOffset: string;
  /** ISO 4217; of amounts whose currency is not named. */
  currency: string;
  /** ms since the epoch. */
  now: number;
}

/** How texts are written for somebody whose browser says what it likes. */
export function formattingFor(
  { locale, timeZone, currency }: { locale: string; timeZone: string; currency: string },
  now: number,
): Formatting {
  return {
    locale: usable(locale, (tag) => new Intl.Locale(tag), 'en'),
    timezoneOffset: usable(timeZone, (zone) => new Intl.DateTimeFormat('en', { timeZone: zone }), 'UTC'),
    currency: usable(currency, (code) => currencyText(0, 'en', code), 'USD'),
    now,
  };
}

function usable(value: string, check: (value: string) => unknown, fallback: string): string {
  try {
    check(value);
    return value;
  } catch {
    return fallback;
  }
}

/** What liquidjs calls a filter on. */
interface Call {
  context: Context;
}

function formattingOf({ context }: Call): Formatting {
  return context.opts as typeof context.opts & Formatting;
}

/** `{{ cart.value | money }}`, `{{ cart.value | money: cart.currency }}`: an amount in the visitor's notation. */
export function money(this: Call, value: unknown, currency?: unknown): string | undefined {
  const amount = numberOf(value);
  if (amount === undefined) return undefined;
  const { locale, currency: usual } = formattingOf(this);
  const code = currency === undefined || currency === null || currency === '' ? usual : String(currency);
  return currencyText(amount, locale, code);
}

/** @throws RangeError when the currency is no ISO 4217 code */
export function currencyText(amount: number, locale: string, currency: string): string {
  return new Intl.NumberFormat(locale, { style: 'currency', currency }).format(amount);
}

const STYLES = ['short', 'medium', 'long', 'full'] as const;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const TIME = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

/**
 * `{{ now | date: "long" }}`, `{{ now | date: "%H:%M" }}`: a time (ms since the epoch, or ISO 8601) where the visitor
 * is and as his language writes it; a day without a time is the same day everywhere.
 *
 * @param strftime Liquid's own filter, for its formats
 */
export function formatDate(strftime: FilterImplOptions | undefined): FilterImplOptions {
  return function (this: Call, value: unknown, format: unknown = 'medium') {
    if (value === null || value === undefined || value === '') return undefined;
    const { locale, timezoneOffset, now } = formattingOf(this);
    const time = value === 'now' || value === 'today' ? now : value;
    const date = new Date(typeof time === 'string' && !TIME.test(time) ? Number.NaN : (time as number));
    if (Number.isNaN(date.getTime())) throw new Error(`${JSON.stringify(value)} is not a date`);
    const timeZone = typeof value === 'string' && DAY.test(value) ? 'UTC' : timezoneOffset;
    const dateStyle = STYLES.find((style) => style === format);
    if (dateStyle) return new Intl.DateTimeFormat(locale, { dateStyle, timeZone }).format(date);
    if (typeof strftime !== 'function') throw new Error('no strftime');
    return strftime.call(this as never, date, String(format), timeZone);
  };
}

/**
 * `{{ n | plural: one: "# item", other: "# items" }}`: the form that the language uses with this number (CLDR: zero,
 * one, two, few, many, other); `zero` is taken for 0 in every language. `#` becomes the number as the language writes it.
 */
export function plural(this: Call, value: unknown, ...args: unknown[]): string | undefined {
  const forms = new Map(args.filter((arg): arg is [string, unknown] => Array.isArray(arg)));
  if (!forms.has('other')) throw new Error('plural needs the form "other", such as other: "# items"');
  const count = numberOf(value);
  if (count === undefined) return undefined;
  const { locale } = formattingOf(this);
  const form =
    (count === 0 ? forms.get('zero') : undefined) ??
    forms.get(new Intl.PluralRules(locale).select(count)) ??
    forms.get('other');
  return String(form).replaceAll('#', () => new Intl.NumberFormat(locale).format(count));
}

/** A number, or a numeric text as shops send prices; `undefined` of nothing, for which `default` can stand in. */
function numberOf(value: unknown): number | undefined {
  if (value === null || value === undefined || value === '') return undefined;
  const number = typeof value === 'string' ? Number(value) : value;
  if (typeof number === 'number' && Number.isFinite(number)) return number;
  throw new Error(`${JSON.stringify(value)} is not a number`);
}
