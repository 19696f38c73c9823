import { current } from '/account.js';
import * as cart from '/cart.js';
import { CURRENCY, money } from '/catalogue.js';
import { element } from '/element.js';
import { place } from '/orders.js';
import * as shipping from '/shipping.js';
import { subscribed } from '/subscription.js';

const find = (name) => document.querySelector(`[data-${name}]`);
const input = document.querySelector('#coupon');
const answer = document.querySelector('#coupon-answer');
const email = document.querySelector('#email');

function render() {
  const lines = cart.lines();
  find('empty').hidden = lines.length > 0;
  find('checkout').hidden = lines.length === 0;
  find('lines').replaceChildren(
    ...lines.map(({ item_id, item_name, price, quantity }) =>
      element(
        'li',
        {},
        element('img', { src: `/images/${item_id}.svg`, alt: '', width: 48, height: 48 }),
        element('span', {}, `${quantity} × ${item_name}`),
        element('span', { class: 'amount' }, money(price * quantity)),
      ),
    ),
  );
  const value = cart.subtotal(lines);
  const row = (label, amount, attributes) =>
    element('div', attributes, element('dt', {}, label), element('dd', {}, amount));
  find('sums').replaceChildren(
    row('Subtotal', money(value)),
    row('Shipping', shipping.cost() ? money(shipping.cost()) : 'Free', { 'data-testid': 'shipping-cost' }),
    row('Total', money(value + shipping.cost()), { class: 'total', 'data-testid': 'order-total' }),
  );
}

find('coupon').addEventListener('submit', (event) => {
  event.preventDefault();
  const good = shipping.redeem(input.value);
  input.setAttribute('aria-invalid', String(!good));
  answer.classList.toggle('bad', !good);
  answer.textContent = good ? 'Shipping is on us.' : 'We do not know this code.';
  render();
});

find('order').addEventListener('submit', (event) => {
  event.preventDefault();
  const id = place({
    email: email.value.trim(),
    value: cart.subtotal(cart.lines()),
    shipping: shipping.cost(),
    coupon: shipping.coupon(),
    currency: CURRENCY,
    items: cart.handOver(),
  });
  shipping.used();
  location.assign(`/thank-you?order=${id}`);
});

const account = current();
const known = account?.email ?? subscribed();
if (known) email.value = known;
if (account) document.querySelector('#name').value = account.name;
find('guest').hidden = !!account;
find('customer').hidden = !account;
if (shipping.coupon()) {
  input.value = shipping.coupon();
  answer.textContent = 'Shipping is on us.';
}
render();
addEventListener('cart-changed', render);
if (cart.lines().length) beckon('track', 'begin_checkout', cart.properties(cart.lines()));
