/**
 * One shopping trip, told to three tools in their own words: search, look at a mug, put two mugs and a cup into the
 * cart, take the cup out again, look at the cart, check out, buy, send back. Prices are text where shops send text.
 */
export type Trip = readonly (readonly [event: string, properties: Record<string, unknown>])[];

const mug = { item_id: 'mug', item_name: 'Mug', item_brand: 'Acme', price: 12.5, quantity: 2 };
const cup = { item_id: 'cup', item_name: 'Cup', item_category: 'Kitchen', price: 8, quantity: 1 };
const currency = 'EUR';

export const GA4_TRIP: Trip = [
  ['search', { search_term: 'mug' }],
  ['view_item', { currency, value: 25, items: [mug] }],
  ['add_to_cart', { currency, value: 25, items: [mug] }],
  ['add_to_cart', { currency, value: 8, items: [cup] }],
  ['remove_from_cart', { currency, value: 8, items: [cup] }],
  ['view_cart', { currency, value: 25, items: [mug] }],
  ['begin_checkout', { currency, value: 25, items: [mug], coupon: 'TEN' }],
  ['purchase', { transaction_id: '17', currency, value: 24.9, tax: 2, shipping: 1.9, items: [mug] }],
  ['refund', { transaction_id: '17' }],
];

const segmentMug = { product_id: 'mug', name: 'Mug', brand: 'Acme', price: '12.50', quantity: 2 };
const segmentCup = { product_id: 'cup', name: 'Cup', category: 'Kitchen', price: 8, quantity: '1' };

export const SEGMENT_TRIP: Trip = [
  ['Products Searched', { query: 'mug' }],
  ['Product Viewed', { ...segmentMug, currency }],
  ['Product Added', { ...segmentMug, currency }],
  ['Product Added', { ...segmentCup, currency, value: 8 }],
  ['Product Removed', { ...segmentCup, currency }],
  ['Cart Viewed', { products: [segmentMug], currency }],
  ['Checkout Started', { products: [segmentMug], currency, coupon: 'TEN', revenue: 25 }],
  [
    'Order Completed',
    { order_id: 17, total: '24.90', tax: 2, shipping: '1.90', currency, products: [segmentMug] },
  ],
  ['Order Refunded', { order_id: '17' }],
];

const yespoMug = { productKey: 'mug', price: '12,50', quantity: '2', currency };
const yespoCup = { productKey: 'cup', price: '8 EUR', quantity: '1' };

/** Yespo has neither checkout nor refund, and tells each state of the cart under a GUID of its own. */
export const YESPO_TRIP: Trip = [
  ['SearchRequest', { SearchRequest: { search: 'mug', isFound: 1 } }],
  ['ProductPage', { ProductPage: { productKey: 'mug', price: '12.50', isInStock: 1 } }],
  ['StatusCart', { StatusCart: [yespoMug], GUID: 'state-1' }],
  ['StatusCart', { StatusCart: [yespoMug, yespoCup], GUID: 'state-2' }],
  ['StatusCart', { StatusCart: [yespoMug], GUID: 'state-3' }],
  ['StatusCartPage', {}],
  ['PurchasedItems', { OrderNumber: '17', PurchasedItems: [yespoMug], GUID: 'state-3' }],
];
