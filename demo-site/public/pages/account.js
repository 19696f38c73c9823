import { current, logIn, logOut } from '/account.js';
import { money } from '/catalogue.js';
import { element } from '/element.js';
import { orderState } from '/order-state.js';
import { isOpen, ordersOf } from '/orders.js';
import { warehouse } from '/warehouse.js';

const find = (name) => document.querySelector(`[data-${name}]`);
const day = new Intl.DateTimeFormat('en-US', { dateStyle: 'medium' });

function render() {
  const account = current();
  find('logged-in').hidden = !account;
  find('logged-out').hidden = !!account;
  if (!account) return;
  find('account-name').textContent = account.name;
  find('account-email').textContent = account.email;
  find('account-id').textContent = account.id;
  renderOrders();
  const open = ordersOf(account.email).find(isOpen);
  find('warehouse').replaceChildren(...(open ? [warehouse(open, renderOrders)] : []));
}

/** Those that were placed with the customer's e-mail, also as a guest. */
function renderOrders() {
  const rows = ordersOf(current().email).map((order) =>
    element(
      'li',
      {},
      element('a', { href: `/thank-you?order=${order.id}` }, order.id),
      orderState(order),
      element('span', { class: 'hint' }, day.format(new Date(order.placedAt))),
      element('span', { class: 'amount' }, money(order.value + order.shipping)),
    ),
  );
  find('orders').replaceChildren(
    ...(rows.length ? rows : [element('li', { class: 'hint' }, 'None in this browser yet.')]),
  );
}

find('log-in').addEventListener('submit', (event) => {
  event.preventDefault();
  const form = new FormData(event.target);
  logIn({ email: form.get('email').trim(), name: form.get('name').trim() });
  render();
});
find('log-out').addEventListener('click', () => {
  logOut();
  render();
});
render();
