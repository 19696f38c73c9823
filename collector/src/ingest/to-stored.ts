import type { JsonObject } from '../../../sdk/src/message.ts';
import type { Program } from '../campaigns/program.ts';
import { own, type StoredMessage } from '../message.ts';
import { withCampaign } from './campaign.ts';
import { withCampaignId } from './campaign-id.ts';
import { identifiersOf } from './identifiers.ts';
import type { ParsedMessage } from './message-schema.ts';
import { namesNobody } from './names-nobody.ts';
import { checkedAnswers } from './popup-answers.ts';
import type { Surroundings } from './surroundings.ts';
import { toCanonical } from './vocabulary.ts';

/** What is said of a message by the batch and the request that brought it; the message's own words win. */
export interface Around {
  context: JsonObject | undefined;
  /** Of a browser's request; `null` with a server key. */
  surroundings: Surroundings | null;
  /** What forms and surveys are checked against. */
  program: Program;
}

/**
 * A message under its canonical name, with all that is known of it, and what its sender should mend. What it was called
 * before is kept beside it.
 *
 * @param time ms since the epoch
 */
export function toStored(
  parsed: ParsedMessage,
  messageId: string,
  time: number,
  { context: shared, surroundings, program }: Around,
): { message: StoredMessage; warnings: string[] } {
  const message: StoredMessage = {
    messageId,
    type: parsed.type,
    timestamp: new Date(time).toISOString(),
  };
  if (parsed.anonymousId) message.anonymousId = parsed.anonymousId;
  if (parsed.userId) message.userId = parsed.userId;
  const context = withoutAddress({ ...surroundings?.context, ...shared, ...parsed.context });
  if (parsed.context || shared || Object.keys(context).length > 0) message.context = withCampaign(context);
  storeContent(message, parsed);
  const { event, properties } = message;
  const checked =
    event !== undefined && properties
      ? checkedAnswers(event, properties, { program, server: surroundings === null })
      : null;
  if (event !== undefined && checked) message.properties = withCampaignId(event, checked.properties);
  const identifiers = identifiersOf(message);
  if (identifiers) message.identifiers = identifiers;
  if (surroundings === null) message.server = true;
  if (surroundings && (surroundings.bot || own(context, 'webdriver') === true)) message.bot = true;
  return { message, warnings: checked?.warnings ?? [] };
}

/** Segment's libraries for servers send the visitor's IP address; it is never stored. */
function withoutAddress({ ip: _, ...context }: JsonObject): JsonObject {
  return context;
}

function storeContent(message: StoredMessage, parsed: ParsedMessage): void {
  switch (parsed.type) {
    case 'track':
      storeTrack(message, parsed.event, parsed.properties);
      break;
    case 'page':
    case 'screen': {
      message.event = parsed.type === 'page' ? 'page_view' : 'screen_view';
      const category = parsed.type === 'page' ? parsed.category : null;
      message.properties = {
        ...parsed.properties,
        ...(parsed.name ? { name: parsed.name } : {}),
        ...(category ? { category } : {}),
      };
      break;
    }
    case 'identify':
      if (parsed.traits) message.traits = parsed.traits;
      break;
    case 'group':
      message.groupId = parsed.groupId;
      if (parsed.traits) message.traits = parsed.traits;
      break;
    case 'alias':
      message.previousId = parsed.previousId ?? parsed.anonymousId ?? '';
      break;
  }
}

/** Under GA4's names; what was sent is kept beside it where it differs. */
function storeTrack(message: StoredMessage, event: string, sent: JsonObject | null | undefined): void {
  const properties = sent ?? {};
  const canonical = toCanonical(event, properties);
  const { userId } = canonical;
  if (userId && userId.length <= 256 && !namesNobody(userId)) message.userId ??= userId;
  if (canonical.type === 'identify') {
    message.type = 'identify';
    message.traits = canonical.traits;
  } else {
    message.event = canonical.event;
    if (sent || canonical.properties !== properties) message.properties = canonical.properties;
    if (canonical.event === event && canonical.properties === properties) return;
  }
  message.raw = { event, properties };
}
