import { element } from '/element.js';

const WORDS = {
  created: 'Being packed',
  shipped: 'On its way',
  delivered: 'Delivered',
  cancelled: 'Cancelled',
  returned: 'Returned',
};

/** What has become of an order, as a customer reads it. */
export const orderState = ({ state = 'created' }) =>
  element('span', { class: 'state', 'data-state': state, 'data-testid': 'order-state' }, WORDS[state]);
