import type { CommerceProperties } from '../message.ts';

type Node = Record<string, unknown>;

const list = (value: unknown): Node[] =>
  (Array.isArray(value) ? value : [value]).filter((node) => typeof node === 'object' && node);

/** The products among JSON-LD nodes: themselves, in a graph, or as what a page is about. Lists of products are not entered. */
function products(nodes: unknown): Node[] {
  return list(nodes).flatMap((node) =>
    // Several types join to one text.
    /\bProduct(Group)?\b/.test(String(node['@type']))
      ? [node]
      : [...products(node['@graph']), ...products(node.mainEntity)],
  );
}

/** Of the product of a product page, the JSON-LD node; undefined on pages of several products, or of none. */
export function productOf(scripts: (string | null)[]): Node | undefined {
  const found = scripts.flatMap((json) => {
    try {
      return products(JSON.parse(String(json)));
    } catch {
      return [];
    }
  });
  // Themes and plugins describe the same product twice.
  if (new Set(found.map((product) => product.name)).size === 1) return found[0];
  const link = document.createElement('a');
  return found.find(({ url }) => {
    link.href = String(url);
    return link.pathname === location.pathname;
  });
}

/** A price as shops write it: `12.50`, `"12,50 €"`, `"1,299.00"`; undefined when it is none. */
function priceOf(value: unknown): number | undefined {
  const digits = String(value)
    .replace(/[^\d.,]/g, '')
    .replace(/[.,](?=.*[.,])/g, '')
    .replace(/,(?=\d{3}$)/, '')
    .replace(',', '.');
  return digits ? Number(digits) : undefined;
}

/** GA4's properties of `view_item`, of a schema.org Product. */
export function viewOf(product: Node): CommerceProperties {
  const [variant] = list(product.hasVariant);
  const [brand] = list(product.brand);
  const [offer = {}] = list(product.offers ?? variant?.offers);
  const [specification = {}] = list(offer.priceSpecification);
  const price = priceOf(offer.price ?? offer.lowPrice ?? specification.price);
  const item = {
    item_id: product.sku ?? product.productID ?? product.productGroupID ?? product['@id'],
    item_name: product.name,
    item_brand: brand ? brand.name : product.brand,
    item_category: product.category,
    price,
  };
  // What is undefined does not reach the wire.
  return {
    currency: offer.priceCurrency ?? specification.priceCurrency,
    value: price,
    items: [item],
  } as CommerceProperties;
}
