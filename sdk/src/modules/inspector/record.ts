import type { DeliveryAttempt } from '../../delivery.ts';
import type { BeckonError, PopupEvent } from '../../events.ts';
import type { InspectAnswer, JsonObject, Message } from '../../message.ts';
import { adviceFor, STATUS } from '../advice.ts';
import { EVENTS, STEPS, type Step } from './steps.ts';
import { popupState } from './words.ts';

/** A message, and how far it has come. */
export interface Row {
  id: string;
  name: string;
  /** ISO 8601. */
  at: string;
  fields: JsonObject;
  state: 'waiting' | 'delivered' | 'refused';
  /** Why it was refused. */
  reason?: string;
}

/** What the inspector has seen; what is kept for the tab's next page. */
export interface Seen {
  /** When the inspector was opened in this tab, ms since the epoch. */
  since: number;
  /** Newest first. */
  rows: Row[];
  done: Step[];
}

export interface Record extends Seen {
  problems: { text: string; advice: string; times: number }[];
  /** What has become of each campaign's popup on this page, by its id. */
  popups: Map<string, string>;
  answer: InspectAnswer | undefined;
  /** Why there is no answer. */
  failure: string | undefined;
}

const MAX_ROWS = 40;
const MAX_PROBLEMS = 6;
/** Clocks of browsers are away from the collector's by so much, ms. */
const SKEW_MS = 120_000;

export function newRecord(kept: Seen | undefined, now: number): Record {
  const { since = now, rows = [], done = [] } = kept ?? {};
  return { since, rows, done, problems: [], popups: new Map(), answer: undefined, failure: undefined };
}

/** What is kept for the tab's next page. */
export const keptOf = ({ since, rows, done }: Record): Seen => ({ since, rows, done });

/** The canonical name as far as the page knows it. */
const nameOf = (message: Message) =>
  message.type === 'page' ? 'page_view' : message.type === 'track' ? message.event : message.type;

function fieldsOf(message: Message): JsonObject {
  const { userId, properties, traits, groupId, previousId } = message as Message & {
    [key in 'properties' | 'traits']?: JsonObject;
  } & { [key in 'groupId' | 'previousId']?: string };
  const named = { userId, groupId, previousId };
  return { ...JSON.parse(JSON.stringify(named)), ...traits, ...properties };
}

/** A message was made. */
export function noteCall(record: Record, message: Message): void {
  const { messageId: id, timestamp: at = '' } = message;
  record.rows.unshift({ id, name: nameOf(message), at, fields: fieldsOf(message), state: 'waiting' });
  record.rows.length = Math.min(record.rows.length, MAX_ROWS);
}

/** A batch was tried; its messages may be those of an earlier page, or of another tab. */
export function noteDelivery(record: Record, { sent, status, answer }: DeliveryAttempt): void {
  const delivered = status >= 200 && status < 300;
  if (!delivered)
    notice(
      record,
      `Delivery of ${sent.length}: ${status || 'no answer'}`,
      STATUS[status] ?? 'Kept, and sent again later.',
    );
  const rejected = new Map(answer?.success ? answer.rejected.map((one) => [one.messageId, one]) : []);
  for (const json of sent) {
    const message = JSON.parse(json) as Message;
    let row = record.rows.find(({ id }) => id === message.messageId);
    if (!row) {
      noteCall(record, message);
      [row] = record.rows;
    }
    if (!row) continue;
    // A cart's lines are complete only now.
    row.fields = fieldsOf(message);
    const refused = rejected.get(row.id);
    if (refused) Object.assign(row, { state: 'refused', reason: `${refused.code}: ${refused.message}` });
    else if (delivered) {
      row.state = 'delivered';
      arrive(record, row.name);
    }
  }
  record.rows.sort((a, b) => (a.at < b.at ? 1 : -1));
  if (answer?.success) for (const warning of answer.warnings ?? []) notice(record, warning, '');
}

export function noteError(record: Record, { code, message, messageId }: BeckonError): void {
  const row = messageId && record.rows.find(({ id }) => id === messageId);
  if (row) Object.assign(row, { state: 'refused', reason: `${code}: ${message}` });
  notice(record, `${code}: ${message}`, adviceFor(code, message));
}

export function notePopup(record: Record, event: PopupEvent): void {
  const [id = ''] = event.popup.campaign.split('@');
  record.popups.set(id, popupState(event));
}

/** The collector has answered; or why it has not. */
export function noteAnswer(record: Record, answer: InspectAnswer | string): void {
  record.failure = typeof answer === 'string' ? answer : undefined;
  if (typeof answer === 'string') return;
  record.answer = answer;
  for (const [name, at] of Object.entries(answer.arrived))
    if (Date.parse(at) >= record.since - SKEW_MS) arrive(record, name);
}

/** How far each step has come: `waiting` was made, and has not arrived. */
export function stateOf(
  { done, rows }: Pick<Seen, 'done' | 'rows'>,
  step: Step,
): 'done' | Row['state'] | 'missing' {
  if (done.includes(step)) return 'done';
  return rows.find(({ name }) => EVENTS[step].includes(name))?.state ?? 'missing';
}

function arrive(record: Record, name: string) {
  const step = STEPS.find((one) => EVENTS[one].includes(name));
  if (step && !record.done.includes(step)) record.done.push(step);
}

function notice({ problems }: Record, text: string, advice: string) {
  const known = problems.find((problem) => problem.text === text);
  if (known) known.times += 1;
  else problems.unshift({ text, advice, times: 1 });
  problems.length = Math.min(problems.length, MAX_PROBLEMS);
}
