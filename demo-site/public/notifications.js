/** The switch for notifications, on the account page. It says what holds in this browser, and why where nothing can be done. */

const panel = document.querySelector('[data-notifications]');
const toggle = panel.querySelector('[role=switch]');
const hint = panel.querySelector('[data-notifications-hint]');

const BLOCKED =
  'Your browser keeps them from this shop. Allow notifications beside the address, then come back here.';
const OUR_FAULT =
  'This shop cannot send any at the moment, which is not your fault. Beckon has told the shop why.';
/** Of `beckon.push.status()`: what stands in the way, as the visitor has to hear it. */
const WHY_NOT = {
  unsupported: 'This browser has no notifications, or none in a private window.',
  home_screen: 'Put this shop on your home screen first: Share, then “Add to Home Screen”.',
  consent:
    'Your visit is not measured, so nobody would know what to send. “Measure my visits”, below, changes that.',
  denied: BLOCKED,
  not_configured: OUR_FAULT,
  unreachable: 'Nobody answers who could tell. Try again later.',
  failed: 'Your browser could not reach the service that brings its notifications. Try again later.',
};

function show({ subscribed, permission, reason }) {
  const isOn = subscribed && permission === 'granted';
  // A switch that cannot be switched on says why; whoever has said "not now" may change his mind here.
  const obstacle = isOn || !reason || reason === 'later' ? undefined : (WHY_NOT[reason] ?? OUR_FAULT);
  toggle.setAttribute('aria-checked', String(isOn));
  toggle.setAttribute('aria-disabled', String(!!obstacle));
  panel.dataset.reason = reason ?? '';
  hint.textContent =
    obstacle ??
    (isOn
      ? 'On in this browser: at most one a day, and none at night.'
      : 'When your cart still waits, or something is back. At most one a day, and none at night.');
}

async function look() {
  show(await window.beckon.push.status());
}

toggle.addEventListener('click', async () => {
  if (toggle.getAttribute('aria-disabled') === 'true') return;
  const { push } = window.beckon;
  // The browser asks within this click or not at all: nothing comes before it.
  const asked = toggle.getAttribute('aria-checked') === 'true' ? push.unsubscribe() : push.subscribe();
  toggle.setAttribute('aria-disabled', 'true');
  show(await asked);
});

function start() {
  look();
  // By a popup, or in another tab.
  window.beckon.on('call', ({ event }) => {
    if (event === 'push_subscribed' || event === 'push_unsubscribed') look();
  });
  // The SDK is still about it; a click on the switch asks it anew.
  addEventListener('privacy-changed', ({ detail }) => show({ reason: detail.isMeasured ? null : 'consent' }));
  addEventListener('pageshow', ({ persisted }) => persisted && look());
}

// The stub has no answers; where the SDK does not come, the page's own words stay.
if (window.beckon.push) start();
else document.querySelector('script[data-write-key]').addEventListener('load', start);
