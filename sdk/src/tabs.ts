import type { Consent } from './consent.ts';
import type { ArmedMessage } from './message.ts';
import type { VisitorState } from './visitor.ts';

/** What the tabs of one site tell each other; each note has one of these. */
export interface Note {
  /** Identifiers of messages that need not be sent any more. */
  sent?: string[];
  visitor?: VisitorState;
  consent?: Consent;
  /** A popup for the tab that made its `cause`… */
  armed?: ArmedMessage;
  /** …and the id of one that its tab has taken. */
  taken?: string;
  /** A campaign (`id`) that the visitor has dismissed or answered: nobody else shows what was armed before. */
  ended?: string;
}

/** Joins the site's other tabs; returns how to tell them something. Alone where there is no BroadcastChannel. */
export function joinTabs(name: string, hear: (note: Note) => void): (note: Note) => void {
  let channel: BroadcastChannel | undefined;
  const open = () => {
    try {
      channel ??= new BroadcastChannel(name);
      channel.onmessage = ({ data }) => hear(data);
    } catch {
      // Missing, or refused where storage is blocked.
    }
  };
  open();
  // A note that arrives for a page in the back/forward cache would evict it.
  addEventListener('pagehide', () => {
    channel = channel?.close() as undefined;
  });
  addEventListener('pageshow', open);
  return (note) => channel?.postMessage(note);
}
