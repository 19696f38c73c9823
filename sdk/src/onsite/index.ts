import type { ArmedMessage, PopupContent } from '../message.ts';
import type { Note } from '../tabs.ts';
import { claim } from './claim.ts';
import { createHandover } from './handover.ts';
import type { OnsiteHost } from './host.ts';
import { openPopup } from './popup.ts';
import { whenFree } from './stage.ts';
import { whenTriggered } from './triggers.ts';

export interface Onsite {
  /** Popups of an answer: each waits for one of its triggers, then asks the collector and paints. */
  receive(popup: ArmedMessage): void;
  /** What another tab tells. */
  hear(note: Note): void;
  /** Forgets every popup that has not been painted: the visitor is another one now. */
  disarm(): void;
}

/** Shows the popups that the collector decides on, one at a time. */
export function createOnsite(host: OnsiteHost): Onsite {
  let armed = new AbortController();
  const known = new Set<string>();
  /** The popup on the stage, or about to be: the next one waits for it. */
  let turn: Promise<unknown> = Promise.resolve();

  async function perform(message: ArmedMessage, signal: AbortSignal) {
    await whenFree(signal);
    const answer = await claim(host, message.id, signal);
    if (signal.aborted) return;
    if (!answer.show)
      return host.emit('message', { phase: 'refused', popup: message, reason: answer.reason });
    // The page may have opened a dialog of its own while the collector was asked.
    await whenFree(signal);
    if (!signal.aborted) await show(answer.content, message);
  }

  function show(content: PopupContent, popup: ArmedMessage) {
    const { id, campaign, variant } = popup;
    const properties = { campaign, variant, message_id: id };
    return new Promise<void>((resolve, reject) => {
      openPopup(
        content,
        {
          clicked(action, detail) {
            host.track('popup_clicked', { ...properties, action, ...(detail.href && { href: detail.href }) });
            host.emit('message', { phase: 'clicked', popup });
          },
          submitted: (event, answers) => host.track(event, { ...properties, ...answers }),
          opened() {},
          closed(how) {
            if (/^(b|e|close)/.test(how)) {
              host.track('popup_dismissed', { ...properties, how });
              host.emit('message', { phase: 'dismissed', popup });
            }
            resolve();
          },
        },
        host,
      ).then((shown) => {
        if (!shown) return resolve();
        host.track('popup_shown', properties);
        host.emit('message', { phase: 'shown', popup });
      }, reject);
    });
  }

  const handover = createHandover(host, (popup) => {
    // The same arming can come back with a repeated batch.
    if (known.has(popup.id)) return;
    known.add(popup.id);
    host.emit('message', { phase: 'armed', popup });
    const { signal } = armed;
    void whenTriggered(popup.triggers, signal).then(() => {
      turn = turn.then(() => (signal.aborted ? undefined : perform(popup, signal))).catch(host.fail);
    });
  });

  return {
    ...handover,
    disarm() {
      armed.abort();
      armed = new AbortController();
    },
  };
}

/** The one of this page. */
export function onsiteOf(host: OnsiteHost): Onsite {
  host.onsite ??= createOnsite(host);
  return host.onsite;
}
