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
export const STATUS: Record<number, string> = {
  0: 'no answer: offline, blocked by an extension, or a wrong endpoint. Kept, and sent again later.',
  400: 'a message in it is refused. The others are sent again.',
  401: 'wrong writeKey. Kept until the page is loaded again.',
  403: 'origin not allowed. Kept until the page is loaded again.',
  413: 'too large at once. Sent again in halves.',
  429: 'too many requests. Kept, and sent again later.',
};

/** @param message - of an invalid call it begins with the call's name */
export function adviceFor(code: string, message: string): string {
  const [name = ''] = message.split(/\W/);
  return (code === 'invalid_call' && CALLS[name]) || ADVICE[code] || '';
}
