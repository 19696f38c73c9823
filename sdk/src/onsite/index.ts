import type { ArmedMessage } from '../message.ts';
import type { Note } from '../tabs.ts';
import { afterVisible } from './after-visible.ts';
import { claim } from './claim.ts';
import type { OnsiteHost } from './host.ts';
import { isEngaged, isWelcome } from './manners.ts';
import type { PopupEnd } from './popup.ts';
import { show } from './stage.ts';
import { soon, until } from './until.ts';

/** What the popups of a page are told: a popup of an answer, another tab's note, or a call of the page. */
export type Heard = Note & {
  received?: ArmedMessage;
  /** A campaign (`id`) that the page wants shown: now, or when it is armed for this page view. */
  show?: string;
};
export type Onsite = (heard: Heard) => void;

/** ms in which the tab that caused a popup must say that it has it; a frozen or closed tab does not. */
const HANDOVER_MS = 300;

const idOf = ({ campaign }: ArmedMessage) => campaign.replace(/@.*/, '');
/** Where one popup at a time may be: a slot of its own, the edge where bars are (`true`), and on top of the page. */
const placeOf = ({ kind, id }: ArmedMessage) => (kind === 'inline' ? id : kind === 'bar');

/** Shows the popups that the collector decides on: each waits for one of its triggers, then asks, and is painted. */
function createOnsite(host: OnsiteHost): Onsite {
  const { ids, emit, tell } = host;
  const known = new Set<string | undefined>();
  const armed = new Map<ArmedMessage, AbortController & { ask?: () => void }>();
  /** Popups that are in their place, or about to be: others wait for them. */
  const onStage = new Set<ArmedMessage>();
  /** Campaigns that the page wants shown, and when it said so: an id of that moment. */
  const wishes = new Map<string, string>();
  /** Of the latest call that was heard. */
  let latest: string | undefined;

  /** Whether what was caused or wished at that moment was so on a route that has been left. */
  const isOver = (messageId: string) => messageId < (ids.view?.messageId as string);

  function endAll(how: PopupEnd, which: (popup: ArmedMessage) => unknown) {
    for (const [popup, stop] of armed) if (which(popup) && armed.delete(popup)) stop.abort(how);
  }

  function arm(popup: ArmedMessage) {
    const { id, cause, triggers } = popup;
    // The same arming can come back with a repeated batch; another is for a route that has been left. What an earlier
    // page has caused may be shown on this one.
    if (known.has(id) || (ids.made(cause) && isOver(cause))) return;
    known.add(id);
    const name = idOf(popup);
    const place = placeOf(popup);
    const stop: AbortController & { ask?: () => void } = new AbortController();
    const { signal } = stop;
    let fired = false;
    let at: string | undefined;

    const isFree = () => {
      const before = at;
      at = location.href;
      return (
        // A route that has just begun is reported a moment later: where the address has changed, that has to pass.
        before === at &&
        isWelcome(popup) &&
        // A bar follows an earlier one of its campaign, which it replaces.
        ![...onStage].some(
          (other) => placeOf(other) === place && (place ? idOf(other) !== name : other !== popup),
        )
      );
    };
    /** @returns whether it was painted; otherwise it has been stopped */
    const perform = async (): Promise<unknown> => {
      await until(async () => {
        if (!isFree()) return false;
        // The collector must not decide without a purchase or a dismissal of a moment ago.
        const before = latest;
        await soon(host.flush());
        return before === latest && isFree() && onStage.add(popup);
      }, signal);
      // Not counted, as nobody would see a question that cannot be asked here.
      const { content, reason } =
        popup.needs && (await host.push.status()).reason ? { reason: 'push' } : await claim(host, id, signal);
      if (!content) return stop.abort(reason ?? 'unsupported');
      await until(isFree, signal);
      // What it says is of a cart that has changed since.
      if (place) endAll('replaced', (other) => idOf(other) === name && other.cause < cause);
      return show(host, popup, content, stop, onStage, () => {
        tell({ ended: name });
        endAll('removed', (other) => idOf(other) === name && other !== popup);
      });
    };
    const fire = async () => {
      if (fired || signal.aborted) return;
      fired = true;
      const painted = await perform().catch((error) => {
        if (!signal.aborted) host.fail(error);
      });
      // What was wished a second time, while it was on its way, has come true with the first.
      wishes.delete(name);
      if (painted) return;
      stop.abort('failed');
      onStage.delete(popup);
      emit('message', { phase: 'refused', popup, reason: signal.reason });
    };
    const ask = () => {
      if (!fired && !isOver(wishes.get(name) as string) && wishes.delete(name)) fire();
    };
    armed.set(popup, stop);
    emit('message', { phase: 'armed', popup });
    for (const trigger of triggers) {
      const { on, delayMs = 0 } = trigger as { on: string; delayMs?: number };
      if (on === 'load' || on === 'delay') afterVisible(delayMs, signal, fire);
      else if (on === 'api') {
        stop.ask = ask;
        ask();
      } else
        host
          .load('extras')
          .then(({ watch }) => watch(trigger, host.on, signal, fire, afterVisible, isEngaged))
          .catch(host.fail);
    }
  }

  host.disarm = () => endAll('reset', Boolean);
  host.on('call', ({ type, messageId }) => {
    latest = messageId;
    if (type === 'page') endAll('navigation', ({ cause }) => cause < messageId);
  });

  // One tab sends the messages of all, and brings popups to the tab whose message caused them. Where that tab is gone
  // (usually this tab's previous page) the popup is armed here, so that none is lost.
  return ({ received, armed: brought, taken, ended, show }) => {
    const popup = received ?? brought;
    if (popup && ids.made(popup.cause)) {
      tell({ taken: popup.id });
      arm(popup);
    } else if (received) {
      tell({ armed: received });
      setTimeout(arm, HANDOVER_MS, received);
    }
    known.add(taken);
    endAll('removed', (other) => idOf(other) === ended);
    if (!show) return;
    wishes.set(show, ids.next().messageId);
    for (const [popup, { ask }] of armed) if (idOf(popup) === show) ask?.();
  };
}

/** Tells the page's popups, of which there are some from now on. */
export function hear(host: OnsiteHost, heard: Heard): void {
  host.onsite ??= createOnsite(host);
  host.onsite(heard);
}
