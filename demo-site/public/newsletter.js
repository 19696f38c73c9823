/** The newsletter's form, in the footer of each page. */

import { element } from '/element.js';
import { subscribe, subscribed } from '/subscription.js';

const form = document.querySelector('[data-newsletter-form]');
const answer = document.querySelector('[data-newsletter-answer]');

function render() {
  const email = subscribed();
  form.hidden = !!email;
  answer.replaceChildren(
    ...(email ? ['Thank you. The next letter goes to ', element('strong', {}, email), '.'] : []),
  );
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  subscribe(form.elements.email.value.trim());
  form.reset();
  // The button that had the focus is gone.
  answer.focus({ preventScroll: true });
});
addEventListener('subscription-changed', render);
addEventListener('pageshow', ({ persisted }) => persisted && render());
render();
// Without this script the form would lead nowhere.
document.querySelector('[data-newsletter]').hidden = false;
