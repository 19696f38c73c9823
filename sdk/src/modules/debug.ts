import type { Beckon } from '../api.ts';
import type { BeckonError, PopupEvent } from '../events.ts';

/** What to do about an error, by its code. */
const ADVICE: Record<string, string> = {
  invalid_call: 'Check the name and the arguments of this call.',
  invalid: 'Check the shape of this message; it was not stored.',
  unauthorized: "Check writeKey: it must be this site's browser key.",
  forbidden_origin: "Add this page's origin to the site's allowed origins.",
  too_large: 'Send less in one message: at most 32 kB.',
  too_deep: 'Flatten the properties: at most 32 levels.',
  no_id: 'Send anonymousId or userId with each message.',
  too_old: 'Events older than 30 days need the server key.',
  refused: 'The collector refused the batch. Is endpoint the URL of a Beckon collector?',
  bad_request: 'The collector could not read the request. Are both of the same version?',
  failed: 'Something in this browser failed. Is storage full or blocked?',
};
/** What a call needs, by its name. */
const CALLS: Record<string, string> = {
  init: 'init needs { writeKey, endpoint }.',
  track: 'track needs the name of an event, a text.',
  identify: "identify needs a user's id, or traits.",
  cart: 'Each item of a cart needs item_id or item_name.',
  alias: "alias needs a user's id.",
  group: "group needs the group's id.",
};
/** What a delivery's status means where it is not a success. */
const STATUS: Record<number, string> = {
  0: 'no answer: offline, blocked by an extension, or a wrong endpoint. Kept, and sent again later.',
  400: 'a message in it is refused. The others are sent again.',
  401: 'wrong writeKey. Kept until the page is loaded again.',
  403: 'origin not allowed. Kept until the page is loaded again.',
  413: 'too large at once. Sent again in halves.',
  429: 'too many requests. Kept, and sent again later.',
};
const PHASES: Record<PopupEvent['phase'], string> = {
  armed: 'waits for its trigger',
  refused: 'was refused when it was about to be shown',
  show: 'is about to be shown',
  shown: 'is shown',
  clicked: 'was clicked',
  submitted: 'was answered',
  dismissed: 'was closed by the visitor',
  closed: 'was closed, not by the visitor',
};

/** Explains in the console what the SDK does and why. */
export function start(beckon: Beckon): void {
  const say = (level: 'info' | 'warn', text: string, ...details: unknown[]) =>
    console[level](`[beckon] ${text}`, ...details);

  beckon.on('call', (message) =>
    say('info', message.type === 'track' ? `track ${message.event}` : message.type, message),
  );
  beckon.on('delivery', ({ sent, status, answer }) => {
    const well = status >= 200 && status < 300;
    say(
      well ? 'info' : 'warn',
      `delivery of ${sent.length}: ${status}` +
        (well ? '' : `, ${STATUS[status] ?? 'kept, and sent again later.'}`),
      ...(answer?.success ? (answer.warnings ?? []) : []),
    );
  });
  beckon.on('error', ({ code, message, messageId }: BeckonError) => {
    const [name = ''] = message.split(/\W/);
    const advice = (code === 'invalid_call' && CALLS[name]) || ADVICE[code] || '';
    const text = `${code}: ${message.replace(/\.?$/, '.')} ${advice}`.trim();
    say('warn', text, ...(messageId ? [{ messageId }] : []));
  });
  beckon.on('message', ({ phase, popup, reason }) =>
    say('info', `popup of ${popup.campaign} ${PHASES[phase]}${reason ? `: ${reason}` : ''}`, popup),
  );
  say('info', 'debug is on. Calls from before this line are not listed.');
}
