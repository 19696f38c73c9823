import { CURRENCY, item } from '/catalogue.js';
import { addToCart } from '/shop.js';

const id = document.querySelector('[data-product]').dataset.product;
const viewed = item(id);
beckon('track', 'view_item', {
  currency: CURRENCY,
  value: viewed.price,
  items: [{ ...viewed, quantity: 1 }],
});

document.querySelector('[data-buy]').addEventListener('submit', (event) => {
  event.preventDefault();
  addToCart(id, Number(new FormData(event.target).get('quantity')));
});

// The popup is a campaign of the site; this page says when.
document
  .querySelector('[data-care]')
  .addEventListener('click', () => beckon('messages.show', 'care-and-sizes'));
