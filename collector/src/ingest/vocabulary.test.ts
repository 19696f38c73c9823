import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../sdk/src/message.ts';
import { RULES } from './foreign-names.ts';
import { numberOf } from './number-text.ts';
import { toCanonical } from './vocabulary.ts';

const track = (event: string, properties: JsonObject) => ({ type: 'track', event, properties });

describe('a report counts what was sent under', () => {
  it.each<[string, string, JsonObject, string, JsonObject]>([
    [
      "Segment's list",
      'Product List Viewed',
      { list_id: 'hot', category: 'Cups', products: [{ sku: 'c', position: '3' }] },
      'view_item_list',
      { item_list_id: 'hot', item_list_name: 'Cups', items: [{ item_id: 'c', index: 3 }] },
    ],
    [
      "Segment's product with both ids",
      'Product Viewed',
      { product_id: 7, sku: 'S7', price: 2, list: 'x', image_url: 'u' },
      'view_item',
      { value: 2, list: 'x', items: [{ item_id: '7', sku: 'S7', price: 2, image_url: 'u' }] },
    ],
    [
      "Segment's order",
      'Order Completed',
      { order_id: 'o', total: 30, revenue: 25, products: [], checkout_id: 'c' },
      'purchase',
      { transaction_id: 'o', value: 30, revenue: 25, items: [], checkout_id: 'c' },
    ],
    [
      "Segment's payment",
      'Payment Info Entered',
      { payment_method: 'card', shipping_method: 'post' },
      'add_payment_info',
      { payment_type: 'card', shipping_tier: 'post' },
    ],
    [
      "Yespo's product, nested twice",
      'ProductPage',
      { ProductPage: { Product: { productKey: '1', price: '754 USD', tag_a: ['x'] }, Tags: { t: ['y'] } } },
      'view_item',
      {
        currency: 'USD',
        value: 754,
        items: [{ item_id: '1', price: 754 }],
        tag_a: ['x'],
        Tags: { t: ['y'] },
      },
    ],
    [
      "Yespo's cart, nested",
      'StatusCart',
      {
        StatusCart: {
          GUID: 'g',
          Products: [{ productKey: '1', price: 2, quantity: 3, price_currency_code: 'UAH' }],
        },
      },
      'cart_updated',
      { GUID: 'g', currency: 'UAH', value: 6, items: [{ item_id: '1', price: 2, quantity: 3 }] },
    ],
    [
      "Yespo's empty cart",
      'StatusCart',
      { StatusCart: [], GUID: 'g' },
      'cart_updated',
      { GUID: 'g', items: [] },
    ],
    [
      "Yespo's order, in its other keys",
      'PurchasedItems',
      {
        PurchasedItems: { OrderNumber: 'n', Products: [{ product_id: '1', unit_price: '2.5', quantity: 2 }] },
      },
      'purchase',
      { transaction_id: 'n', value: 5, items: [{ item_id: '1', price: 2.5, quantity: 2 }] },
    ],
    [
      "Yespo's category",
      'CategoryPage',
      { CategoryPage: { categoryKey: 'Cups' } },
      'view_item_list',
      { item_list_id: 'Cups' },
    ],
    [
      "Yespo's impressions",
      'ProductImpressions',
      { ProductImpression: [{ product_id: '1', container_type: 'b' }] },
      'view_item_list',
      { items: [{ item_id: '1', container_type: 'b' }] },
    ],
    [
      "Yespo's REST cart, as JSON text",
      'cartUpdated',
      { products: '[{"productId":"1","quantity":1,"price":45.5}]', currencyCode: 'USD', recycleStateId: 'r' },
      'cart_updated',
      {
        currency: 'USD',
        value: 45.5,
        recycleStateId: 'r',
        items: [{ item_id: '1', quantity: 1, price: 45.5 }],
      },
    ],
    [
      "Yespo's REST product, as JSON text",
      'productViewed',
      { product: '{"productId":"1","price":45.5}', currencyCode: 'USD' },
      'view_item',
      { currency: 'USD', value: 45.5, items: [{ item_id: '1', price: 45.5 }] },
    ],
    [
      "Klaviyo's product",
      'Viewed Product',
      { ProductName: 'Mug', ProductID: 1, Categories: ['A', 'B'], Brand: 'Acme', Price: '9.9', URL: 'u' },
      'view_item',
      {
        value: 9.9,
        items: [
          {
            item_id: '1',
            item_name: 'Mug',
            item_brand: 'Acme',
            item_category: 'A',
            item_category2: 'B',
            price: 9.9,
            URL: 'u',
          },
        ],
      },
    ],
    [
      "Klaviyo's added item, not the whole cart",
      'Added to Cart',
      {
        $value: 30,
        AddedItemProductID: 'a',
        AddedItemPrice: 10,
        AddedItemQuantity: 2,
        Items: [{ ProductID: 'a' }, { ProductID: 'b' }],
      },
      'add_to_cart',
      {
        $value: 30,
        value: 20,
        items: [{ item_id: 'a', price: 10, quantity: 2 }],
        Items: [{ ProductID: 'a' }, { ProductID: 'b' }],
      },
    ],
    [
      "Klaviyo's order",
      'Placed Order',
      {
        OrderId: 'o',
        $value: 29.98,
        Items: [{ ProductID: 'a', ItemPrice: 14.99, Quantity: 2, RowTotal: 29.98 }],
      },
      'purchase',
      {
        transaction_id: 'o',
        value: 29.98,
        items: [{ item_id: 'a', price: 14.99, quantity: 2, RowTotal: 29.98 }],
      },
    ],
    [
      "Braze's addition",
      'ecommerce.cart_updated',
      {
        action: 'add',
        cart_id: 'c',
        total_value: 5,
        products: [{ product_id: 'p', variant_id: 'v', price: 5 }],
      },
      'add_to_cart',
      { action: 'add', cart_id: 'c', value: 5, items: [{ item_id: 'p', item_variant: 'v', price: 5 }] },
    ],
    [
      "Braze's cart",
      'ecommerce.cart_updated',
      { cart_id: 'c', total_value: 5, products: [] },
      'cart_updated',
      { cart_id: 'c', value: 5, items: [] },
    ],
    [
      "Segment's cancelled order",
      'Order Cancelled',
      { order_id: 17, status: 'open', total: '9.90', products: [] },
      'order_updated',
      { transaction_id: '17', status: 'cancelled', value: 9.9, items: [] },
    ],
    [
      "Segment's updated order, in the words of a shop",
      'Order Updated',
      { order_id: 'o', order_status: 'wc-processing' },
      'order_updated',
      { transaction_id: 'o', status: 'paid' },
    ],
    [
      "Braze's cancelled order",
      'ecommerce.order_cancelled',
      { order_id: 'o', cancel_reason: 'late', total_value: 5 },
      'order_updated',
      { transaction_id: 'o', status: 'cancelled', value: 5, cancel_reason: 'late' },
    ],
    [
      "Klaviyo's fulfilled order",
      'Fulfilled Order',
      { OrderId: 'o', $value: 5 },
      'order_updated',
      { transaction_id: 'o', status: 'shipped', value: 5 },
    ],
    [
      'our own event, in the words of a shop',
      'order_updated',
      { transaction_id: 17, status: 'IN_PROGRESS' },
      'order_updated',
      { transaction_id: '17', status: 'paid' },
    ],
    [
      'GA4, with numbers as text',
      'add_to_cart',
      { value: '7.00', items: [{ item_id: 7, price: '7.00', quantity: '1' }, 'x'] },
      'add_to_cart',
      { value: 7, items: [{ item_id: '7', price: 7, quantity: 1 }, 'x'] },
    ],
  ])('%s', (_, event, properties, name, expected) => {
    expect(toCanonical(event, properties)).toEqual(track(name, expected));
  });
});

it("Yespo's customer is a person, not an event", () => {
  const customer = {
    externalCustomerId: 12,
    user_email: 'a@b.example',
    user_name: 'Mira',
    user_city: 'Kyiv',
  };
  expect(toCanonical('CustomerData', { CustomerData: customer })).toEqual({
    type: 'identify',
    userId: '12',
    traits: { email: 'a@b.example', name: 'Mira', user_city: 'Kyiv' },
  });
});

it("the person whom Yespo names beside an event is the event's", () => {
  const given = { GeneralInfo: { externalCustomerId: '12' }, ProductPage: { productKey: '1' } };
  expect(toCanonical('ProductPage', given)).toMatchObject({
    type: 'track',
    event: 'view_item',
    userId: '12',
  });
  expect(toCanonical('Product Viewed', given)).not.toHaveProperty('userId');
});

it("a site's own events, and canonical ones in numbers, stay the same object", () => {
  for (const event of ['Signed Up', 'constructor', '__proto__', 'add_to_cart', 'Coupon Applied']) {
    const properties = { items: [{ item_id: 'a', price: 1 }], value: 1, price: '1' };
    const canonical = toCanonical(event, properties);
    expect(canonical).toEqual(track(event, properties));
    expect('properties' in canonical && canonical.properties).toBe(properties);
  }
});

it('what is inherited is never read, and a key named __proto__ is data', () => {
  const properties = JSON.parse(
    '{"__proto__":{"order_id":"evil"},"products":[{"__proto__":{"price":1},"sku":"s"}]}',
  );
  const canonical = toCanonical('Order Completed', properties);
  expect(JSON.stringify(canonical)).toBe(
    '{"type":"track","event":"purchase","properties":{"__proto__":{"order_id":"evil"},"items":[{"__proto__":{"price":1},"item_id":"s"}]}}',
  );
});

it('no properties whatever break it, and a second pass changes nothing', () => {
  const key = fc.constantFrom(
    'products',
    'items',
    'Items',
    'price',
    'quantity',
    'sku',
    'value',
    'status',
    'order_id',
    'StatusCart',
  );
  const json = fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<JsonObject[string]>;
  const product = fc.dictionary(fc.oneof(key, fc.string()), json);
  const properties = fc.dictionary(fc.oneof(key, fc.string()), fc.oneof(json, product, fc.array(product)));
  fc.assert(
    fc.property(
      fc.constantFrom(...RULES.keys(), 'purchase', 'order_updated', 'CustomerData'),
      properties,
      (event, given) => {
        const before = JSON.stringify(given);
        const once = toCanonical(event, given);
        expect(JSON.stringify(given)).toBe(before);
        if (once.type === 'track') expect(toCanonical(once.event, once.properties)).toEqual(once);
      },
    ),
    { numRuns: 300 },
  );
});

it.each<[string, number | null, string | null]>([
  ['12.50', 12.5, null],
  ['12,50', 12.5, null],
  ['12,50 €', 12.5, null],
  ['754 USD', 754, 'USD'],
  ['UAH 1 299,00', 1299, 'UAH'],
  ['1,299.00', 1299, null],
  ['1.299,00', 1299, null],
  ['1,299', 1299, null],
  ['-3', -3, null],
  ['1.299', 1.299, null],
  ['', null, null],
  ['free', null, null],
  ['12 pack of 3', null, null],
  ['1e3', null, null],
])('the price %j is %j', (text, number, currency) => {
  expect(numberOf(text)).toEqual(number === null ? null : { number, currency });
});
