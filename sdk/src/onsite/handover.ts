import type { ArmedMessage } from '../message.ts';
import type { Note } from '../tabs.ts';
import type { OnsiteHost } from './host.ts';

/** ms in which the tab that caused a popup must say that it has it; a frozen or closed tab does not. */
const HANDOVER_MS = 300;

/**
 * Brings popups to the tab whose message caused them: one tab sends the messages of all. Where that tab is gone
 * (usually this tab's previous page) the popup is armed here, so that none is lost.
 */
export function createHandover({ ids, tell }: OnsiteHost, arm: (popup: ArmedMessage) => void) {
  const waiting = new Map<string, ReturnType<typeof setTimeout>>();
  return {
    /** From an answer to a request of this tab. */
    receive(popup: ArmedMessage) {
      if (ids.made(popup.cause)) return arm(popup);
      const timer = setTimeout(() => arm(popup), HANDOVER_MS);
      waiting.set(popup.id, timer);
      tell({ armed: popup });
    },
    /** From another tab. */
    hear({ armed, taken }: Note) {
      if (armed && ids.made(armed.cause)) {
        tell({ taken: armed.id });
        arm(armed);
      }
      if (taken) clearTimeout(waiting.get(taken));
    },
  };
}
