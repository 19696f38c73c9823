import * as cart from '/cart.js';
import { money } from '/catalogue.js';
import { element } from '/element.js';
import * as shipping from '/shipping.js';

const root = document.querySelector('[data-cart-page]');

function line({ item_id, item_name, price, quantity }) {
  const step = (by, sign, label) =>
    element(
      'button',
      {
        type: 'button',
        'aria-label': `${label} of ${item_name}`,
        'data-testid': by > 0 ? 'cart-more' : 'cart-less',
        disabled: quantity + by < 1,
        click: () => cart.setQuantity(item_id, quantity + by),
      },
      sign,
    );
  return element(
    'li',
    { class: 'line', 'data-testid': 'cart-line', 'data-item-id': item_id },
    element('img', { src: `/images/${item_id}.svg`, alt: '', width: 96, height: 96 }),
    element(
      'div',
      { class: 'line-name' },
      element('a', { href: `/products/${item_id}` }, item_name),
      element('span', { class: 'hint' }, `${money(price)} each`),
    ),
    element(
      'div',
      { class: 'stepper', role: 'group', 'aria-label': `Quantity of ${item_name}` },
      step(-1, '−', 'One less'),
      element('output', { 'data-testid': 'cart-quantity' }, String(quantity)),
      step(1, '+', 'One more'),
    ),
    element('strong', { class: 'line-total' }, money(price * quantity)),
    element(
      'button',
      {
        type: 'button',
        class: 'text-button',
        'aria-label': `Remove ${item_name}`,
        'data-testid': 'cart-remove',
        click: () => cart.remove(item_id),
      },
      'Remove',
    ),
  );
}

function sum(label, amount, attributes = {}) {
  return element('div', attributes, element('dt', {}, label), element('dd', {}, amount));
}

function render() {
  const lines = cart.lines();
  const focused = document.activeElement?.closest('.line')?.dataset.itemId;
  const control = document.activeElement?.dataset.testid;
  if (lines.length === 0) {
    root.replaceChildren(
      element(
        'div',
        { class: 'empty', 'data-testid': 'cart-empty' },
        element('p', { class: 'lead' }, 'As light as a rucksack on the way home.'),
        element('a', { class: 'button', href: '/' }, 'Find something to carry'),
      ),
    );
    return;
  }
  const value = cart.subtotal(lines);
  root.replaceChildren(
    element(
      'div',
      { class: 'columns' },
      element('ul', { class: 'lines' }, ...lines.map(line)),
      element(
        'aside',
        { class: 'panel stack', 'aria-label': 'Summary' },
        element(
          'dl',
          { class: 'sums' },
          sum('Subtotal', money(value)),
          sum('Shipping', shipping.cost() ? money(shipping.cost()) : 'Free'),
          sum('Total', money(value + shipping.cost()), { class: 'total', 'data-testid': 'cart-total' }),
        ),
        element(
          'a',
          { class: 'button wide', href: '/checkout', 'data-testid': 'checkout-button' },
          'Go to checkout',
        ),
        // A campaign waits for a click on it, by this attribute.
        element(
          'button',
          {
            type: 'button',
            class: 'text-button',
            'data-shipping-help': true,
            'data-testid': 'shipping-help',
          },
          'What does shipping cost?',
        ),
        element(
          'button',
          { type: 'button', class: 'text-button', 'data-testid': 'cart-clear', click: () => cart.clear() },
          'Empty the cart',
        ),
      ),
    ),
  );
  // The list was built anew: give the keyboard its place back.
  if (focused) root.querySelector(`[data-item-id="${focused}"] [data-testid="${control}"]`)?.focus();
}

render();
addEventListener('cart-changed', render);
if (cart.lines().length) beckon('track', 'view_cart', cart.properties(cart.lines()));
