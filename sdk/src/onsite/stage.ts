import type { PopupEvent } from '../events.ts';
import type { ArmedMessage, JsonObject, PopupContent } from '../message.ts';
import { visibleMs } from './after-visible.ts';
import type { OnsiteHost } from './host.ts';
import { openPopup, type PopupEnd } from './popup.ts';

type Outcome = 'shown' | 'clicked' | 'submitted' | 'dismissed' | 'closed';

/** `button`, `backdrop`, `escape`, `close`. */
const BY_VISITOR = /^([be]|close)/;

/**
 * Paints a popup, or leaves that to the page, and reports its life.
 * @param stop - aborted with a {@link PopupEnd}: it goes at once; aborts it where it cannot be painted
 * @param onStage - what is in its place: this popup, taken out whenever it is not
 * @param ended - called when the visitor has dismissed or answered it
 * @returns true when it was painted
 */
export async function show(
  host: OnsiteHost,
  popup: ArmedMessage,
  content: PopupContent,
  stop: AbortController,
  onStage: Set<ArmedMessage>,
  ended: () => void,
): Promise<unknown> {
  const { id, campaign, variant } = popup;
  const { signal } = stop;
  const about = { campaign, variant, message_id: id };
  let since = visibleMs();
  let answered = false;
  let prevented = false;

  const release = () => onStage.delete(popup);
  function tell(phase: Outcome, detail?: JsonObject) {
    host.track(`popup_${phase}`, { ...detail, ...about, seen_ms: (visibleMs() - since) | 0 });
    host.emit('message', { phase, popup, ...detail } as PopupEvent);
    if (phase === 'submitted' || phase === 'dismissed') ended();
    if (content.dataLayer)
      try {
        const page = window as { dataLayer?: object[] };
        // biome-ignore lint/suspicious/noAssignInExpressions: shorter than a line of its own
        (page.dataLayer ??= []).push({
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

  host.emit('message', {
    phase: 'show',
    popup,
    content,
    preventDefault() {
      prevented = true;
    },
  });
  const painted =
    !prevented &&
    (await openPopup(
      content,
      {
        clicked: (action, detail) => tell('clicked', { action, ...detail } as JsonObject),
        submitted(event, properties) {
          if (!answered) tell('submitted');
          answered = true;
          host.track(event, { ...properties, ...about });
        },
        closed(how) {
          release();
          tell(BY_VISITOR.test(how) ? 'dismissed' : 'closed', { how });
          // Nothing is left that could be opened again, or taken away.
          if (!content.launcher) stop.abort(how);
        },
        opened() {
          since = visibleMs();
          onStage.add(popup);
        },
      },
      host,
    ));
  if (!painted && !prevented) return stop.abort('unsupported');

  // biome-ignore lint/complexity/useOptionalChain: `painted` may be false
  const leave = () => painted && painted.close(signal.reason ?? 'left');
  // As a tab at the edge of the page it is in nobody's way; of what the page has painted nobody knows where it is.
  if (content.minimised || prevented) release();
  since = visibleMs();
  tell('shown');
  signal.addEventListener('abort', leave);
  // Ahead of the core, which sends what is queued when the page goes away.
  addEventListener('pagehide', leave, { capture: true, signal });
  if (signal.aborted) leave();
  return true;
}
