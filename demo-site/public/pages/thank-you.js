import { money } from '/catalogue.js';
import { element } from '/element.js';
import { orderState } from '/order-state.js';
import { firstReport, order } from '/orders.js';
import { warehouse } from '/warehouse.js';

const root = document.querySelector('[data-thank-you]');
const placed = order(new URLSearchParams(location.search).get('order'));

if (placed) {
  const { id, email, items, value, shipping, coupon, currency } = placed;
  const head = element('p', { class: 'order-head' });
  const showState = () =>
    head.replaceChildren(
      element('span', {}, 'Order ', element('strong', { 'data-testid': 'order-id' }, id)),
      orderState(placed),
    );
  showState();
  root.append(
    element('h1', {}, 'Thank you. Put the kettle on.'),
    element('p', { class: 'lead' }, 'Your order is as packed as an order in a demo shop can be.'),
    element(
      'div',
      { class: 'panel stack' },
      head,
      element(
        'ul',
        { class: 'mini-lines' },
        ...items.map((line) =>
          element(
            'li',
            {},
            element('img', { src: `/images/${line.item_id}.svg`, alt: '', width: 48, height: 48 }),
            element('span', {}, `${line.quantity} × ${line.item_name}`),
            element('span', { class: 'amount' }, money(line.price * line.quantity)),
          ),
        ),
      ),
      element(
        'dl',
        { class: 'sums' },
        element(
          'div',
          {},
          element('dt', {}, 'Shipping'),
          element('dd', {}, shipping ? money(shipping) : 'Free'),
        ),
        element(
          'div',
          { class: 'total' },
          element('dt', {}, 'Total'),
          element('dd', { 'data-testid': 'order-total' }, money(value + shipping)),
        ),
      ),
    ),
    element('a', { class: 'button', href: '/' }, 'Back to the shop'),
    // Where a campaign may put a popup that stands in the page.
    element('div', { class: 'slot', 'data-beckon-slot': 'after-order' }),
    warehouse(placed, showState),
  );
  if (firstReport(id))
    beckon('track', 'purchase', {
      transaction_id: id,
      value,
      currency,
      shipping,
      ...(coupon ? { coupon } : {}),
      ...(email ? { email } : {}),
      items,
    });
} else {
  root.append(
    element('h1', {}, 'No order here'),
    element('p', { class: 'lead' }, 'This browser knows no order by that number.'),
    element('a', { class: 'button', href: '/' }, 'Back to the shop'),
  );
}
