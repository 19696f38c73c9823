/** The shop's HTML: page files with placeholders, filled from the products. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import products from './products.json' with { type: 'json' };

type Product = (typeof products)[number];

export interface Answer {
  status: number;
  type: string;
  body: string | Buffer;
  /** A service worker's script: importing another one by its address is what it is for. */
  worker?: true;
}

const HTML = fileURLToPath(new URL('./html/', import.meta.url));

/** The list, whole or narrowed by `?q=` or `?category=`. */
export async function home(search: URLSearchParams, collector: string): Promise<Answer> {
  const term = search.get('q')?.trim() ?? '';
  const category = search.get('category') ?? '';
  const found = products.filter(
    (product) =>
      (!category || product.item_category === category) &&
      `${product.item_name} ${product.item_category} ${product.summary} ${product.description}`
        .toLowerCase()
        .includes(term.toLowerCase()),
  );
  const categories = [...new Set(products.map((product) => product.item_category))];
  const filtered = term !== '' || category !== '';
  const title = escapeHtml(term ? `Found for “${term}”` : category || 'Everything we make');
  return page(
    200,
    'home.html',
    {
      LIST_ID: term ? 'search' : category ? `category-${category.toLowerCase()}` : 'home',
      LIST_NAME: escapeHtml(term ? 'Search results' : category || 'Everything'),
      LIST_HEADING: filtered ? `<h1 id="list-title">${title}</h1>` : `<h2 id="list-title">${title}</h2>`,
      PAGE_TITLE: filtered ? `${title} · Tarn &amp; Tinder` : 'Tarn &amp; Tinder: goods for slow mornings',
      HERO: filtered ? '' : await readFile(join(HTML, 'hero.html'), 'utf8'),
      SEARCH_TERM: escapeHtml(term),
      CHIPS: ['', ...categories]
        .map((name) => {
          const current = !term && name === category ? ' aria-current="page"' : '';
          return `<a href="/${name && `?category=${name}`}"${current}>${name || 'All'}</a>`;
        })
        .join(''),
      CARDS: await cards(found),
      NOTHING: found.length
        ? ''
        : '<p class="empty">Nothing by that name. <a href="/">See everything</a></p>',
    },
    collector,
  );
}

export async function productPage(product: Product, collector: string): Promise<Answer> {
  const others = products.filter((other) => other !== product);
  const start = products.indexOf(product);
  const companions = [0, 3, 6, 9].flatMap((step) => others[(start + step) % others.length] ?? []);
  return page(
    200,
    'product.html',
    {
      ...fields(product),
      DESCRIPTION: escapeHtml(product.description),
      CATEGORY: escapeHtml(product.item_category),
      DETAILS: product.details.map((detail) => `<li>${escapeHtml(detail)}</li>`).join(''),
      CARDS: await cards(companions),
    },
    collector,
  );
}

async function cards(list: Product[]): Promise<string> {
  const template = await readFile(join(HTML, 'card.html'), 'utf8');
  return list.map((product) => fill(template, fields(product))).join('');
}

function fields(product: Product): Record<string, string> {
  return {
    ID: escapeHtml(product.item_id),
    NAME: escapeHtml(product.item_name),
    SUMMARY: escapeHtml(product.summary),
    PRICE: `$${product.price.toFixed(2)}`,
  };
}

/** A page file is its `<title>` and what stands between the shop's header and footer. Values are HTML. */
export async function page(
  status: number,
  name: string,
  values: Record<string, string>,
  collector: string,
): Promise<Answer> {
  const layout = await readFile(join(HTML, 'layout.html'), 'utf8');
  const content = fill(await readFile(join(HTML, name), 'utf8'), values);
  const title = /<title>(.*?)<\/title>\s*/s.exec(content);
  const body = fill(layout, {
    TITLE: title?.[1] ?? '',
    PAGE: content.replace(title?.[0] ?? '', ''),
    COLLECTOR: escapeHtml(collector),
  });
  return { status, type: 'text/html; charset=utf-8', body };
}

function fill(template: string, values: Record<string, string>): string {
  return template.replace(/__([A-Z_]+?)__/g, (placeholder, name: string) => values[name] ?? placeholder);
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
