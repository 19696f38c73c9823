import type { ArmedMessage, PopupContent } from '../message.ts';
import type { Note } from '../tabs.ts';
import { afterVisible } from './after-visible.ts';
import { claim } from './claim.ts';
import { createHandover } from './handover.ts';
import type { OnsiteHost } from './host.ts';
import { isEngaged, isWelcome } from './manners.ts';
import { type End, show } from './stage.ts';
import { soon, until } from './until.ts';

export interface Onsite {
  /** Popups of an answer: each waits for one of its triggers, then asks the collector and paints. */
  receive(popup: ArmedMessage): void;
  /** What another tab tells. */
  hear(note: Note): void;
  /** The page wants a campaign's popup (`id` or `id@version`): now, or when it is armed for this page view. */
  show(campaign: string): void;
  /** Forgets every popup, and closes those that are open: the visitor is another one now. */
  disarm(): void;
}

/** ms after which what was granted has become too old to be painted. */
const PAINT_MS = 30_000;

interface Armed {
  popup: ArmedMessage;
  /** Of what it does at present: first it waits for a trigger. */
  stop: AbortController;
  fire(): void;
}

const idOf = ({ campaign }: ArmedMessage) => campaign.replace(/@.*/, '');
const hasTrigger = ({ triggers }: ArmedMessage, type: RegExp) => triggers.some(({ on }) => type.test(on));

/** Shows the popups that the collector decides on, one at a time. */
export function createOnsite(host: OnsiteHost): Onsite {
  const { ids, emit } = host;
  const known = new Set<string>();
  let armed: Armed[] = [];
  /** Popups that cover the page, or are about to: others wait for them. */
  const onStage = new Set<ArmedMessage>();
  /** Campaigns that the page wants shown, and when it said so: an id of that moment. */
  const wishes = new Map<string, string>();
  /** Of the page's latest view: what was caused or wished before is over. */
  let view = ids.view ?? '';
  /** Of the latest call that was heard. */
  let latest: string | undefined;

  /** @returns why it was not painted */
  async function perform(popup: ArmedMessage, stop: AbortController): Promise<string | undefined> {
    const { signal } = stop;
    let at: string | undefined;
    // A route that has just begun is reported a moment later: where the address has changed, that has to pass.
    const isFree = (what: ArmedMessage | PopupContent) => {
      const before = at;
      at = location.href;
      return before === at && isWelcome(what);
    };
    const isNext = () => isFree(popup) && (popup.kind === 'inline' || !onStage.size);
    const ready = async () => {
      if (!isNext()) return false;
      // The collector must not decide without a purchase or a dismissal of a moment ago.
      const before = latest;
      await soon(host.flush());
      return before === latest && isNext() && !!onStage.add(popup);
    };
    if (!(await until(ready, signal))) return signal.reason;
    const answer = await claim(host, popup.id, signal);
    if (!answer.show) return answer.reason;
    const { content } = answer;
    const late = setTimeout(() => stop.abort('late'), PAINT_MS);
    if (!(await until(() => isFree(content), signal))) return signal.reason;
    clearTimeout(late);
    return show(host, popup, content, signal, onStage, () => {
      const ended = idOf(popup);
      host.tell({ ended });
      endAll('removed', (other) => other !== popup && idOf(other) === ended);
    });
  }

  function endAll(how: End, which: (popup: ArmedMessage) => boolean) {
    armed = armed.filter(({ popup, stop }) => !which(popup) || stop.abort(how));
  }

  const handover = createHandover(host, (popup) => {
    const { id, cause, campaign, triggers } = popup;
    // The same arming can come back with a repeated batch; another is for a route that has been left. What an earlier
    // page has caused may be shown on this one.
    if (known.has(id) || (ids.made(cause) && cause < view)) return;
    known.add(id);
    const entry: Armed = {
      popup,
      stop: new AbortController(),
      async fire() {
        if (signal.aborted) return;
        entry.stop.abort();
        entry.stop = new AbortController();
        const reason = await perform(popup, entry.stop).catch((error) => {
          host.fail(error);
          return 'failed';
        });
        if (!reason) return;
        onStage.delete(popup);
        emit('message', { phase: 'refused', popup, reason });
      },
    };
    const { fire, stop } = entry;
    const { signal } = stop;
    armed.push(entry);
    emit('message', { phase: 'armed', popup });
    for (const trigger of triggers)
      if (trigger.on === 'load' || trigger.on === 'delay') afterVisible(trigger.delayMs ?? 0, signal, fire);
    if (hasTrigger(popup, /^api$/))
      for (const name of [campaign, idOf(popup)])
        if ((wishes.get(name) ?? '') >= view && wishes.delete(name)) fire();
    if (hasTrigger(popup, /^(?!load|delay|api)/))
      host
        .load('triggers')
        .then(({ watch }) => watch(triggers, { host, signal, fire, afterVisible, isEngaged }))
        .catch(host.fail);
  });

  host.on('call', ({ type, messageId }) => {
    latest = messageId;
    if (type !== 'page') return;
    view = messageId;
    endAll('navigation', ({ cause }) => cause < view);
  });

  return {
    receive: handover.receive,
    hear(note) {
      handover.hear(note);
      endAll('removed', (popup) => idOf(popup) === note.ended);
    },
    show(id) {
      const wanted = armed.find(
        ({ popup }) => hasTrigger(popup, /^api$/) && [popup.campaign, idOf(popup)].includes(id),
      );
      if (wanted) wanted.fire();
      else wishes.set(id, ids.next().messageId);
    },
    disarm() {
      endAll('reset', () => true);
    },
  };
}

/** What the popups of a page are told: a popup of an answer, another tab's note, or a call of the page. */
export type Heard = Note & {
  received?: ArmedMessage;
  /** A campaign that the page wants shown. */
  show?: string;
};

/** Tells the page's popups, of which there are some from now on. */
export function hear(host: OnsiteHost, { received, show, ...note }: Heard): void {
  host.onsite ??= createOnsite(host);
  const { onsite } = host;
  host.disarm = onsite.disarm;
  if (received) onsite.receive(received);
  else if (show) onsite.show(show);
  else onsite.hear(note);
}
