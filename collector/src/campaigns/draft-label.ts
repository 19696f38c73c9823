import { ownString, type StoredMessage } from '../message.ts';

const SUFFIX = '@draft';

/** How a draft that is looked at is called on the wire, in the place of `id@version`. */
export function draftLabel(id: string): string {
  return `${id}${SUFFIX}`;
}

/** Whether a message tells what became of a draft that was looked at: it counts nowhere. */
export function isOfDraft({ properties }: Pick<StoredMessage, 'properties'>): boolean {
  return ownString(properties, 'campaign')?.endsWith(SUFFIX) ?? false;
}
