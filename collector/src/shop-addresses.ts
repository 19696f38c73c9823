import { z } from 'zod';

/** So that a path can be read like an address. */
const SHOP = 'https://shop.example';

/** A path of the shop, as a browser spells it: no other host, no dots that lead upwards, no query. */
export const shopPath = z
  .string()
  .max(300)
  .refine(
    (path) => path.startsWith('/') && spelt(path) && new URL(path, SHOP).pathname === path,
    'must be a path such as /push/beckon/sw.js, without a query',
  );

/** A path of the shop, or a whole https address. */
export const shopAddress = z
  .string()
  .max(2_000)
  .refine(isAddress, 'must be a path such as /worker.js, or an https address');

const PLACEHOLDER = /\{[^{}]*\}/g;
const KNOWN = ['{variant}', '{id}', '{qty}'];

/**
 * The address at which the shop fills a cart, as a template of one item such as
 * `https://shop.example/cart/{variant}:{qty},…`. What stands from the first to the last placeholder is said of every item;
 * what stands between it and a final `…` parts two of them.
 */
export const cartTemplate = z
  .string()
  .max(1_000)
  .refine(
    (template) => (template.match(PLACEHOLDER) ?? []).every((name) => KNOWN.includes(name)),
    'may name {variant}, {id} and {qty}, and nothing else',
  )
  .refine(
    (template) => template.includes('{variant}') || template.includes('{id}'),
    'must name {variant} or {id}',
  )
  .refine(
    (template) => !template.slice(0, -1).includes('…'),
    'may have … at its end alone, where further items follow',
  )
  .refine(
    (template) => isAddress(template.replace(/…$/, '').replaceAll(PLACEHOLDER, '1')),
    'must be a path such as /cart/{variant}:{qty},… or an https address',
  )
  .refine((template) => !/^[^/]*\/\/[^/?#]*\{/.test(template), 'must not name the host by a placeholder');

function isAddress(text: string): boolean {
  if (!spelt(text)) return false;
  if (text.startsWith('/')) return new URL(text, SHOP).origin === SHOP;
  if (!text.startsWith('https://') || !URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  return username === '' && password === '';
}

/** Whether it can be read, and has nothing that a parser would take away or turn round. */
function spelt(text: string): boolean {
  return !/[\s\\]/.test(text) && URL.canParse(text, SHOP);
}
