import { z } from 'zod';
import type { JsonObject } from '../../../sdk/src/message.ts';

const id = z
  .union([z.string(), z.number()])
  .transform(String)
  .refine((value) => value.length <= 256, 'must have at most 256 characters');
const object = z.custom<JsonObject>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'must be an object',
);
const optional = {
  messageId: id.nullish(),
  anonymousId: id.nullish(),
  userId: id.nullish(),
  timestamp: z.union([z.string(), z.number()]).nullish(),
  sentAt: z.union([z.string(), z.number()]).nullish(),
  context: object.nullish(),
  token: z.unknown().optional(),
};
const name = z.string().max(256, 'must have at most 256 characters');

const ANSWERS = [
  'Of `form_submitted {campaign, fields, inputs, consents}` and `survey_answered {campaign, name, scale, score, comment}` what',
  'does not fit the campaign is kept under `invalid: {name: {value, reason}}`. `consent_updated {channel, state, text, source,',
  'email, phone}` says that somebody may be reached (`granted`, `pending` or `withdrawn`): the server key is believed; with',
  'the browser key `granted` becomes `pending` where the site wants consents confirmed. What names the `campaign` of a message',
  '(`id@version`; all `popup_…`, forms, surveys, and `push_shown`, `push_clicked`, `push_dismissed`) is stored with `campaign_id`, the id alone, for conditions and reports.',
].join(' ');

/** A message as clients send it: Segment's, with numbers where they use them as ids, and `null` for what is absent. */
export const messageSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('track'),
    event: name.min(1),
    properties: object.nullish().meta({ description: ANSWERS }),
    ...optional,
  }),
  z.object({
    type: z.literal('page'),
    name: name.nullish(),
    category: name.nullish(),
    properties: object.nullish(),
    ...optional,
  }),
  z.object({ type: z.literal('screen'), name: name.nullish(), properties: object.nullish(), ...optional }),
  z.object({ type: z.literal('identify'), traits: object.nullish(), ...optional }),
  z.object({ type: z.literal('group'), groupId: id, traits: object.nullish(), ...optional }),
  z.object({ type: z.literal('alias'), previousId: id.nullish(), ...optional }),
]);
export type ParsedMessage = z.infer<typeof messageSchema>;

/** What is wrong with a message, for the developer who sent it. */
export function explain(error: z.ZodError): string {
  const issue = error.issues[0];
  if (issue === undefined) return 'The message is not valid.';
  if (issue.path[0] === 'type') {
    return '"type" must be one of track, page, screen, identify, group, alias.';
  }
  return `"${issue.path.join('.')}": ${issue.message}.`;
}
