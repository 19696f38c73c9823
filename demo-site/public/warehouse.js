/**
 * What a shop's warehouse does, for the demo: it says what becomes of an order. A real one says it from its server, with
 * the server key; a browser is believed only here.
 */

import { element } from '/element.js';
import { mayBecome, setState } from '/orders.js';

const STEPS = { shipped: 'Ship', delivered: 'Deliver', cancelled: 'Cancel', returned: 'Take back' };

/**
 * @param placed the order
 * @param {() => void} changed called after each step
 */
export function warehouse(placed, changed) {
  const said = element('p', { class: 'hint', role: 'status', 'data-testid': 'warehouse-said' });
  const buttons = Object.entries(STEPS).map(([state, label]) => {
    const button = element(
      'button',
      {
        type: 'button',
        class: 'button quiet small',
        'data-testid': `warehouse-${state}`,
        click: () => step(state),
      },
      label,
    );
    return { state, button };
  });

  function step(state) {
    if (!mayBecome(placed, state)) return;
    const { id, email } = placed;
    placed.state = state;
    setState(id, state);
    beckon('track', 'order_updated', { transaction_id: id, status: state, ...(email ? { email } : {}) });
    said.textContent = `Beckon was told: ${id} is ${state}.`;
    render();
    changed();
  }

  function render() {
    // Not `disabled`: the button that was pressed keeps the focus.
    for (const { state, button } of buttons)
      button.setAttribute('aria-disabled', String(!mayBecome(placed, state)));
  }

  render();
  return element(
    'section',
    { class: 'demo-control stack', 'aria-label': 'Demo control: the warehouse', 'data-testid': 'warehouse' },
    element('p', {}, element('strong', {}, 'Demo control: the warehouse')),
    element(
      'p',
      { class: 'hint' },
      `Says what becomes of ${placed.id}: an event of this browser, which a real shop sends from its server. Revenue follows.`,
    ),
    element('div', { class: 'steps' }, ...buttons.map(({ button }) => button)),
    said,
  );
}
