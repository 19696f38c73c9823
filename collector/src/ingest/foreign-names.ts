import type { OrderState } from '../sites.ts';

/** How a foreign event is read. */
export interface Rule {
  /** GA4's name. */
  event: string;
  /** Its properties may be those of one product, without a list. */
  product?: true;
  /** Yespo's nesting: properties under the event's name, then under `Product` and the like; lists as JSON text. */
  nested?: true;
  /** Event properties: GA4's name, and whose first present value it takes. */
  rename?: Record<string, readonly string[]>;
  /** The state of an order that the name itself tells. */
  state?: OrderState;
}

export const CURRENCY = ['currency', 'currencyCode', 'currency_code', 'price_currency_code'];
/** The sum of an event. GA4's `value` comes first, so that what is canonical stays as it is. */
const SUM = ['value', 'total', 'revenue', 'total_value', '$value', 'subtotal'];
const ORDER = {
  transaction_id: [
    'transaction_id',
    'order_id',
    'OrderNumber',
    'OrderId',
    'orderId',
    'externalOrderId',
    '$event_id',
  ],
  value: SUM,
  coupon: ['coupon', 'DiscountCode'],
};
const ORDER_STATE = { ...ORDER, status: ['status', 'order_status', 'orderStatus', 'Status'] };
const LIST = {
  item_list_id: ['item_list_id', 'list_id', 'categoryKey', 'productCategoryId'],
  item_list_name: ['item_list_name', 'category'],
};
const SEARCH = { search_term: ['search_term', 'query', 'search'] };
const PAYMENT = {
  payment_type: ['payment_type', 'payment_method'],
  shipping_tier: ['shipping_tier', 'shipping_method'],
  value: SUM,
};

/** Foreign names: Segment's e-commerce spec, Yespo's web tracking and REST API, Klaviyo's metrics, Braze's events. */
export const RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['Product List Viewed', { event: 'view_item_list', rename: LIST }],
  ['Product Clicked', { event: 'select_item', product: true }],
  ['Product Viewed', { event: 'view_item', product: true }],
  ['Products Searched', { event: 'search', rename: SEARCH }],
  ['Product Added', { event: 'add_to_cart', product: true }],
  ['Product Removed', { event: 'remove_from_cart', product: true }],
  ['Product Added to Wishlist', { event: 'add_to_wishlist', product: true }],
  ['Cart Viewed', { event: 'view_cart', rename: { value: SUM } }],
  ['Checkout Started', { event: 'begin_checkout', rename: { value: SUM } }],
  ['Payment Info Entered', { event: 'add_payment_info', rename: PAYMENT }],
  ['Order Completed', { event: 'purchase', rename: ORDER }],
  ['Order Updated', { event: 'order_updated', rename: ORDER_STATE }],
  ['Order Cancelled', { event: 'order_updated', rename: ORDER_STATE, state: 'cancelled' }],
  ['Order Refunded', { event: 'refund', rename: ORDER }],

  ['PageView', { event: 'page_view', nested: true }],
  ['CategoryPage', { event: 'view_item_list', nested: true, rename: LIST }],
  ['ProductImpression', { event: 'view_item_list', nested: true }],
  ['ProductImpressions', { event: 'view_item_list', nested: true }],
  ['ProductPage', { event: 'view_item', nested: true, product: true }],
  ['SearchRequest', { event: 'search', nested: true, rename: SEARCH }],
  ['StatusCart', { event: 'cart_updated', nested: true }],
  ['StatusCartPage', { event: 'view_cart', nested: true }],
  ['AddToWishlist', { event: 'add_to_wishlist', nested: true, product: true }],
  ['PurchasedItems', { event: 'purchase', nested: true, rename: ORDER }],
  ['pageViewed', { event: 'page_view', nested: true }],
  ['productCategoryViewed', { event: 'view_item_list', nested: true, rename: LIST }],
  ['productImpressions', { event: 'view_item_list', nested: true }],
  ['productViewed', { event: 'view_item', nested: true, product: true }],
  ['searchRequest', { event: 'search', nested: true, rename: SEARCH }],
  ['cartUpdated', { event: 'cart_updated', nested: true }],
  ['productAddedToWishlist', { event: 'add_to_wishlist', nested: true, product: true }],

  ['Viewed Product', { event: 'view_item', product: true }],
  ['Added to Cart', { event: 'add_to_cart', product: true }],
  ['Started Checkout', { event: 'begin_checkout', rename: { value: SUM } }],
  ['Placed Order', { event: 'purchase', rename: ORDER }],
  ['Fulfilled Order', { event: 'order_updated', rename: ORDER_STATE, state: 'shipped' }],
  ['Cancelled Order', { event: 'order_updated', rename: ORDER_STATE, state: 'cancelled' }],
  ['Refunded Order', { event: 'refund', rename: ORDER }],

  ['ecommerce.product_viewed', { event: 'view_item', product: true }],
  ['ecommerce.cart_updated', { event: 'cart_updated', rename: { value: SUM } }],
  ['ecommerce.checkout_started', { event: 'begin_checkout', rename: { value: SUM } }],
  ['ecommerce.order_placed', { event: 'purchase', rename: ORDER }],
  ['ecommerce.order_cancelled', { event: 'order_updated', rename: ORDER_STATE, state: 'cancelled' }],
  ['ecommerce.order_refunded', { event: 'refund', rename: ORDER }],
]);

/** GA4's retail events, whose items and sums are numbers whoever sent them. */
export const RETAIL = new Set([...RULES.values()].map((rule) => rule.event).concat('add_shipping_info'));
/** Those whose `value` is Σ price × quantity when the sender gave none. */
export const VALUED =
  /^(view_item|(add_to|remove_from|view)_cart|cart_updated|begin_checkout|add_payment_info|add_to_wishlist|purchase)$/;

/** Item properties: GA4's name, and whose first present value it takes. */
export const ITEM: Record<string, readonly string[]> = {
  item_id: ['item_id', 'product_id', 'productKey', 'productId', 'ProductID', 'product_key', 'sku', 'SKU'],
  item_name: ['item_name', 'name', 'product_name', 'productName', 'ProductName', 'Name'],
  item_brand: ['item_brand', 'brand', 'Brand'],
  item_category: ['item_category', 'category', 'Category'],
  item_variant: ['item_variant', 'variant', 'variant_id', 'VariantName'],
  price: ['price', 'unit_price', 'ItemPrice', 'Price'],
  quantity: ['quantity', 'Quantity'],
  index: ['index', 'position'],
  discount: ['discount'],
  currency: CURRENCY,
};
/** What describes a product whose properties stand beside those of the event. */
export const PRODUCT_KEYS = new Set([
  ...Object.values(ITEM).flat(),
  ...['coupon', 'image_url', 'url', 'product_url', 'ImageURL', 'URL', 'ProductURL', 'isInStock', 'metadata'],
  ...['Categories', 'ProductCategories'],
]);
