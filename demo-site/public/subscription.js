/** Who reads the newsletter in this browser. A real shop keeps that in its mailing list. */

const KEY = 'tarn.newsletter';

/** The address that was given, or `null`. */
export const subscribed = () => localStorage.getItem(KEY);

export function subscribe(email) {
  localStorage.setItem(KEY, email);
  beckon('identify', { email });
  beckon('track', 'generate_lead', { lead_source: 'newsletter' });
  dispatchEvent(new Event('subscription-changed'));
}

export function unsubscribe() {
  localStorage.removeItem(KEY);
  dispatchEvent(new Event('subscription-changed'));
}
