/** What every page has: the cart's count, buttons that add, a toast, carts that come back, and Beckon's inspector. */

import * as cart from '/cart.js';
import { item, product, sells } from '/catalogue.js';
import { element } from '/element.js';
import '/inspector.js';
import '/newsletter.js';
import '/privacy.js';
import { restored } from '/restored-cart.js';

const count = document.querySelector('[data-cart-count]');
const toast = document.querySelector('[data-toast]');

function showCount() {
  const pieces = cart.pieces(cart.lines());
  count.textContent = String(pieces);
  count.classList.toggle('none', pieces === 0);
}

let hiding;
export function say(...content) {
  toast.replaceChildren(...content);
  toast.classList.add('visible');
  clearTimeout(hiding);
  hiding = setTimeout(() => toast.classList.remove('visible'), 4000);
}

export function addToCart(id, quantity = 1) {
  cart.add(id, quantity);
  const what = `${quantity > 1 ? `${quantity} × ` : ''}${product(id).item_name}`;
  say(element('span', {}, `${what}: in your cart.`), element('a', { href: '/cart' }, 'View cart'));
}

/** A link has been opened, of a nudge for instance; it says what was in the cart, and this shop what it costs today. */
beckon('on', 'cart_restore', ({ items }) => {
  const itemOf = (id) => (sells(id) ? item(id) : undefined);
  const { cart: next, isChanged, missing } = restored(cart.lines(), items, itemOf);
  if (isChanged) cart.replace(next);
  if (!next.length) return say(element('span', {}, 'What was in that cart is sold out.'));
  const without = missing
    ? ` ${missing === 1 ? 'One thing' : `${missing} things`} of it we sell no more.`
    : '';
  const link = location.pathname === '/cart' ? [] : [element('a', { href: '/cart' }, 'View cart')];
  say(element('span', { 'data-testid': 'cart-is-back' }, `Your cart is back.${without}`), ...link);
});

document.addEventListener('click', ({ target }) => {
  const button = target.closest('[data-add]');
  if (button) addToCart(button.dataset.add);
});

for (const link of document.querySelectorAll('.site-header nav a'))
  if (link.pathname === '/' ? location.pathname === '/' : location.pathname.startsWith(link.pathname))
    link.setAttribute('aria-current', 'page');

addEventListener('cart-changed', showCount);
addEventListener('storage', () => dispatchEvent(new Event('cart-changed')));
addEventListener('pageshow', ({ persisted }) => persisted && dispatchEvent(new Event('cart-changed')));
showCount();
