/** The visitor's choice, in the footer of each page: what a consent banner does, in one line. */

import { element } from '/element.js';
import { unsubscribe } from '/subscription.js';

const line = document.querySelector('[data-privacy]');

/** Until somebody has chosen, this shop measures; Beckon keeps the choice. */
const measures = () => !/\bbeckon_consent=0/.test(document.cookie);

function show(on = measures()) {
  const choose = () => {
    if (on) unsubscribe();
    window.beckon('consent', { analytics: !on, marketing: !on });
    show(!on);
    dispatchEvent(new CustomEvent('privacy-changed', { detail: { isMeasured: !on } }));
  };
  line.replaceChildren(
    on ? 'Your visit is measured. ' : 'Your visit is not measured, and what was known of it is erased. ',
    element(
      'button',
      { type: 'button', class: 'text-button', 'data-testid': 'privacy-choice', click: choose },
      on ? 'Forget me' : 'Measure my visits',
    ),
  );
}

show();
addEventListener('pageshow', ({ persisted }) => persisted && show());
