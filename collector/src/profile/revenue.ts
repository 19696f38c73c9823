import { ORDER_STATES, type OrderState, type SiteSettings } from '../sites.ts';
import type { Order, Orders } from './orders.ts';

/** Amounts by currency (ISO 4217): never added up across. */
export type Amounts = Record<string, number>;

type Rules = Pick<SiteSettings, 'currency' | 'rates' | 'ordersCountFrom'>;

/** Whether an order in this state is revenue: from the site's state on; a cancelled or returned one never is. */
export function counts(state: OrderState, { ordersCountFrom }: Rules): boolean {
  if (state === 'cancelled' || state === 'returned') return false;
  return ORDER_STATES.indexOf(state) >= ORDER_STATES.indexOf(ordersCountFrom);
}

/** What these orders have earned, less what was paid back. */
export function revenueOf(orders: readonly Order[], rules: Rules): Amounts {
  const amounts: Amounts = {};
  for (const { state, currency, value, refunded } of orders) {
    if (counts(state, rules)) add(amounts, currency, value - refunded);
  }
  return rounded(amounts);
}

/** Of all orders of a profile, those without detail included. */
export function totalRevenue(orders: Orders, rules: Rules): Amounts {
  const amounts = revenueOf(orders.list, rules);
  for (const [key, amount] of Object.entries(orders.older.revenue)) {
    const [state = '', currency = ''] = key.split(' ');
    if (counts(state as OrderState, rules)) add(amounts, currency, amount);
  }
  return rounded(amounts);
}

/** In the site's currency, by its rates; `null` when one of the currencies has no rate. */
export function inSiteCurrency(amounts: Amounts, { currency, rates }: Rules): number | null {
  let sum = 0;
  for (const [code, amount] of Object.entries(amounts)) {
    const rate = code === currency ? 1 : rates[code];
    if (rate === undefined) return null;
    sum += amount * rate;
  }
  return round(sum);
}

function add(amounts: Amounts, currency: string, amount: number): void {
  amounts[currency] = (amounts[currency] ?? 0) + amount;
}

function rounded(amounts: Amounts): Amounts {
  return Object.fromEntries(Object.entries(amounts).map(([currency, amount]) => [currency, round(amount)]));
}

function round(amount: number): number {
  return Number(amount.toFixed(6));
}
