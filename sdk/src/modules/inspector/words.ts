import type { Consent } from '../../consent.ts';
import type { PopupEvent } from '../../events.ts';
import type { Trigger } from '../../message.ts';

const seconds = (ms = 0) => `${Math.round(ms / 100) / 10} s`;

/** What a popup waits for. */
export function waitsFor(triggers: readonly Trigger[]): string {
  const words = triggers.map((trigger) => {
    switch (trigger.on) {
      case 'load':
      case 'delay':
        return trigger.delayMs ? `${seconds(trigger.delayMs)} on the page` : 'a free moment';
      case 'scroll':
        return `scrolling to ${trigger.percent ?? 50} %`;
      case 'exit':
        return 'signs of leaving';
      case 'idle':
        return `${seconds(trigger.idleMs ?? 20_000)} without a move`;
      case 'click':
        return `a click on ${trigger.selector}`;
      case 'event':
        return `the event ${trigger.event}`;
      case 'api':
        return 'beckon.messages.show()';
      default:
        return 'something that this version does not know';
    }
  });
  return words.join(' or ');
}

const REFUSALS: Record<string, string> = {
  draft: 'the draft cannot be shown; see what is wrong with it above',
  identity: 'it is personal, and this browser has not proven whose it is',
  coupon: 'no code was left to give',
  content: 'its text could not be made for this visitor',
  unknown_visitor: 'the collector does not know this visitor',
  unreachable: 'the collector did not answer',
  offline: 'the browser is offline',
  no_slot: 'its slot is not on this page',
  unsupported: 'it has nothing that this version of the SDK can show',
  holdout: 'held out, to see what campaigns bring',
};

/** What has become of a popup on this page. */
export function popupState({ phase, popup, reason = '', how }: PopupEvent & { how?: string }): string {
  switch (phase) {
    case 'armed':
      return `armed, waits for ${waitsFor(popup.triggers)}`;
    case 'refused': {
      const words = Object.hasOwn(REFUSALS, reason) ? REFUSALS[reason] : undefined;
      return `not shown: ${words ?? `the gate “${reason}” was closed at the last moment`}`;
    }
    case 'shown':
      return 'is shown';
    case 'dismissed':
      return `closed by the visitor${how ? ` (${how})` : ''}`;
    default:
      return `${phase}`;
  }
}

const choice = (allowed: boolean | null | undefined) =>
  allowed === undefined || allowed === null ? 'not decided' : allowed ? 'granted' : 'denied';

/** What the page knows of the visitor's consent. */
export function consentWords(consent: Consent | undefined): string {
  if (!consent) return 'not asked for: all is granted';
  return `analytics ${choice(consent.analytics)}, marketing ${choice(consent.marketing)}`;
}

/** An amount as it is read in English, whatever the currency. */
export function amount(value: number, currency: string | null | undefined): string {
  try {
    return new Intl.NumberFormat('en', { style: 'currency', currency: currency ?? 'USD' }).format(value);
  } catch {
    return `${value} ${currency ?? ''}`.trim();
  }
}
