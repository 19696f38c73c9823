import type { Beckon } from '../api.ts';
import { initialConsent } from '../consent.ts';
import type { Options } from '../options.ts';
import { ask, type InspectorHost } from './inspector/ask.ts';
import { forget, recall, remember } from './inspector/link.ts';
import { openPanel, type Place } from './inspector/panel.ts';
import {
  keptOf,
  newRecord,
  noteAnswer,
  noteCall,
  noteDelivery,
  noteError,
  notePopup,
  type Seen,
} from './inspector/record.ts';

/** ms in which several reasons to ask come at once: an answer, and the popup that it brought. */
const PATIENCE_MS = 300;
/** ms after which what is true only for a while, such as the gap between two popups, is asked again. */
const AGAIN_MS = 5_000;

/**
 * Opens a panel that shows what this page tells and what the collector makes of it. Only a signed link brings it here; it
 * stays for the tab until it is closed.
 * @param token - of the link
 */
export function start(beckon: Beckon, token: string, host: InspectorHost & Options): void {
  const kept = recall<Seen & { place?: Place }>();
  const record = newRecord(kept, Date.now());
  let place = kept?.place;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let drawing = false;
  /** A later question has the newer answer. */
  let turn = 0;
  let closed = false;

  const panel = openPanel({
    place,
    host,
    moved(to) {
      place = to;
      save();
    },
    test: (test) => void look(test),
    closed() {
      closed = true;
      clearTimeout(timer);
      for (const stop of stops) stop();
      forget();
    },
  });
  const save = () => remember({ ...keptOf(record), place });
  /** Several changes of one task are drawn once. */
  const draw = () => {
    if (drawing) return;
    drawing = true;
    setTimeout(() => {
      drawing = false;
      if (closed) return;
      save();
      panel.draw(record, initialConsent(host), beckon);
    });
  };
  const lookIn = (ms: number) => {
    clearTimeout(timer);
    timer = setTimeout(look, ms);
  };
  async function look(test?: boolean) {
    clearTimeout(timer);
    // Without consent, and before the visitor is known, there is nobody to ask about.
    if (!beckon.anonymousId()) return draw();
    const mine = ++turn;
    const answer = await ask(host, token, test);
    if (closed || mine !== turn) return;
    noteAnswer(record, answer);
    draw();
    if (record.answer?.campaigns.some(({ gate }) => gate === 'priority') && !document.hidden)
      lookIn(AGAIN_MS);
  }

  const stops = [
    beckon.on('call', (message) => {
      noteCall(record, message);
      draw();
    }),
    beckon.on('delivery', (attempt) => {
      noteDelivery(record, attempt);
      draw();
      if (attempt.answer?.success) lookIn(PATIENCE_MS);
    }),
    beckon.on('error', (error) => {
      noteError(record, error);
      draw();
    }),
    beckon.on('message', (event) => {
      notePopup(record, event);
      draw();
      lookIn(PATIENCE_MS);
    }),
  ];
  draw();
  lookIn(PATIENCE_MS);
}
