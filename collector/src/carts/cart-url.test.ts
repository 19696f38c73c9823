import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../test/properties/runs.ts';
import type { CartItem } from './cart-items.ts';
import { cartUrlOf } from './cart-url.ts';

const SHOP = 'https://shop.example';
const TWO: CartItem[] = [
  { item_id: 'a', item_variant: '11', quantity: 2 },
  { item_id: 'b/c', item_variant: '22', quantity: 1 },
];
const urlOf = (template: string, items = TWO, origins = [SHOP]) => cartUrlOf(template, items, SHOP, origins);

describe('the address that puts a cart together', () => {
  it.each([
    ['/cart/{variant}:{qty},…', '/cart/11:2,22:1'],
    ['https://shop.example/cart/{variant}:{qty},…', '/cart/11:2,22:1'],
    ['https://shop.example/cart/{variant}:{qty},{…}', '/cart/11:2,22:1'],
    ['/cart/{variant}:{qty},...?from=push#top', '/cart/11:2,22:1?from=push#top'],
    ['/restore?items={id}x{qty}|…', '/restore?items=ax2|b%2Fcx1'],
    ['/add?id={id}&qty={qty}&…', '/add?id=a&qty=2&id=b%2Fc&qty=1'],
    ['/add?go=1&id={id}&qty={qty}&…', '/add?go=1&id=a&qty=2&id=b%2Fc&qty=1'],
    ['/cart?v{variant}={qty}&…&x=1', '/cart?v11=2&v22=1&x=1'],
    ['/cart/sku-{variant}-{qty};…', '/cart/sku-11-2;sku-22-1'],
  ])('fills %s', (template, path) => {
    expect(urlOf(template)).toBe(SHOP + path);
  });

  it('holds one item where nothing is repeated, and not a part of two', () => {
    expect(urlOf('/cart/add?id={variant}&q={qty}', TWO.slice(0, 1))).toBe(`${SHOP}/cart/add?id=11&q=2`);
    expect(urlOf('/cart/add?id={variant}&q={qty}')).toBeNull();
  });

  it('is none where an item cannot be named', () => {
    expect(urlOf('/cart/{variant}:{qty},…', [...TWO, { item_id: 'x', quantity: 1 }])).toBeNull();
    expect(urlOf('/cart/{id}:{qty},…', [])).toBeNull();
  });

  it.each([
    ...[
      '',
      '/cart',
      '/cart/…',
      '/cart/{variant}{…}',
      '/cart/{variant',
      '/cart/}{variant},…',
      '/cart/{{variant}},…',
    ],
    ...[
      '/cart/{email},…',
      '/cart/{constructor},…',
      '/cart/{variant},…{qty},…',
      '/cart/…{variant},…',
      'http://[',
    ],
    ...['javascript:alert({qty}),…', 'data:text/html,{variant},…', '//evil.example/{variant},…'],
    ...[
      'https://evil.example/{variant},…',
      'https://{variant}.evil.example/',
      'http://shop.example/{variant},…',
    ],
    ...[
      'https://shop.example:8443/{variant},…',
      'https://me:pass@shop.example/{variant},…',
      '\\\\evil.example\\{id},…',
    ],
  ])('is none with the template %j', (template) => {
    expect(urlOf(template)).toBeNull();
  });

  it('may lead to any page of the site, and no other', () => {
    const template = 'https://checkout.example/{variant},…';
    expect(urlOf(template)).toBeNull();
    expect(urlOf(template, TWO, [SHOP, 'https://checkout.example'])).toBe('https://checkout.example/11,22');
  });

  it('is none where it would be longer than servers take', () => {
    const many = Array.from({ length: 200 }, (_, i) => ({ item_variant: `${i}`.repeat(20), quantity: 1 }));
    expect(urlOf('/cart/{variant}:{qty},…', many)).toBeNull();
    expect(urlOf('/cart/{variant}:{qty},…', many.slice(0, 100))).toContain(':1,9');
  });

  it('says of every cart what it holds and nothing else, whatever its items are called', () => {
    const strange = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '}{',
        '{qty}',
        '{variant}',
        ',',
        '…',
        '..',
        '/../',
        '%2e%2e',
        '\ud800',
        '?a=b#c',
        '__proto__',
        '$&',
      ),
    );
    const items = fc.array(
      fc.record({ item_id: strange, item_variant: strange, quantity: fc.integer({ min: 1, max: 99 }) }),
      { minLength: 1, maxLength: 5 },
    );
    fc.assert(
      fc.property(items, (lines) => {
        const url = urlOf('/cart/{id}:{variant}:{qty},…', lines);
        if (
          lines.some(({ item_id, item_variant }) =>
            [item_id, item_variant].some((id) => /^\.{0,2}$/.test(id)),
          )
        ) {
          expect(url).toBeNull();
          return;
        }
        const { origin, pathname, search, hash } = new URL(url ?? '');
        expect([origin, search, hash]).toEqual([SHOP, '', '']);
        const [, cart, said = '', ...deeper] = pathname.split('/');
        expect([cart, deeper]).toEqual(['cart', []]);
        expect(said.split(',').map((group) => group.split(':').map(decodeURIComponent))).toEqual(
          lines.map((line) => [
            line.item_id.toWellFormed(),
            line.item_variant.toWellFormed(),
            `${line.quantity}`,
          ]),
        );
      }),
      runs(500),
    );
  });
});
