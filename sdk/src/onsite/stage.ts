import type { PopupEvent } from '../events.ts';
import type { ArmedMessage, JsonObject, PopupContent } from '../message.ts';
import { stopwatch } from './after-visible.ts';
import type { OnsiteHost } from './host.ts';
import { openPopup, type PopupEnd } from './popup.ts';

/** How a popup ends: by its renderer's word, because the page goes away, too late to be painted, or for a newer one. */
export type End = PopupEnd | 'left' | 'late' | 'replaced';
type Outcome = 'shown' | 'clicked' | 'submitted' | 'dismissed' | 'closed';

/** `button`, `backdrop`, `escape`, `close`. */
const BY_VISITOR = /^(b|e|cl)/;

/**
 * Paints a popup, or leaves that to the page, and reports its life.
 * @param signal - aborted with an {@link End}: it goes at once
 * @param onStage - what covers the page: this popup, taken out whenever it does not
 * @param ended - called when the visitor has dismissed or answered it
 * @returns why it could not be painted
 */
export async function show(
  host: OnsiteHost,
  popup: ArmedMessage,
  content: PopupContent,
  signal: AbortSignal,
  onStage: Set<ArmedMessage>,
  ended: () => void,
): Promise<string | undefined> {
  const { id, campaign, variant } = popup;
  const about = { campaign, variant, message_id: id };
  let open = !content.minimised;
  let seen: (() => number) | undefined;
  let answered = false;
  let prevented = false;

  const release = () => void onStage.delete(popup);
  function tell(phase: Outcome, detail?: JsonObject) {
    host.track(`popup_${phase}`, {
      ...detail,
      ...about,
      ...(seen && { seen_ms: Math.round(seen()) }),
    });
    host.emit('message', { phase, popup, ...detail } as PopupEvent);
    if (phase === 'submitted' || phase === 'dismissed') ended();
    if (content.dataLayer)
      try {
        const page = window as { dataLayer?: object[] };
        page.dataLayer ??= [];
        page.dataLayer.push({
          event: 'beckon_popup',
          beckon_action: phase,
          beckon_campaign: campaign,
          beckon_variant: variant,
        });
      } catch (error) {
        // Tag managers run in `push` what the shop has told them to.
        host.fail(error);
      }
  }
  function closed(how: End) {
    release();
    if (!open) return;
    open = false;
    tell(BY_VISITOR.test(how) ? 'dismissed' : 'closed', { how });
  }

  host.emit('message', {
    phase: 'show',
    popup,
    content,
    preventDefault() {
      prevented = true;
    },
    async report(outcome, properties) {
      // What is reported at once comes after `shown` all the same.
      await 0;
      tell(outcome, { how: 'close', ...properties });
      release();
    },
  });
  const painted = prevented
    ? { close: release }
    : await openPopup(
        content,
        {
          clicked: (action, detail) => tell('clicked', { action, ...detail }),
          submitted(event, properties) {
            if (!answered) tell('submitted');
            answered = true;
            host.track(event, { ...properties, ...about });
          },
          closed,
          opened() {
            open = true;
            seen?.();
            onStage.add(popup);
          },
        },
        host,
      );
  if (!painted) return 'unsupported';

  const leave = (how: End) => {
    // Of what the page has painted nobody knows whether it is open.
    if (!prevented) closed(how);
    painted.close('navigation');
  };
  // What stands in the page, or is a tab at its edge, is in nobody's way.
  if (!open || content.kind === 'inline') release();
  tell('shown');
  seen = stopwatch(() => open && !document.hidden, signal);
  signal.addEventListener('abort', () => leave(signal.reason));
  // Ahead of the core, which sends what is queued when the page goes away.
  addEventListener('pagehide', () => leave('left'), { capture: true, signal });
  if (signal.aborted) leave(signal.reason);
  return undefined;
}
