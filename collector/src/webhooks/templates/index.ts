import type { z } from 'zod';
import type { webhookContent } from '../content.ts';
import { email } from './email.ts';
import { sms } from './sms.ts';
import { telegram } from './telegram.ts';

/** A webhook that is ready to be sent, once the shop has stored its secrets. */
export interface WebhookTemplate {
  id: string;
  name: string;
  /** Of the provider: where it says what it takes. */
  docs: string;
  /** What has to be stored beforehand, and what it is. */
  secrets: { name: string; what: string }[];
  /** What else is to be done, as sentences. */
  setup: string;
  /** As the management API takes it. */
  webhook: z.input<typeof webhookContent>;
}

export const WEBHOOK_TEMPLATES: readonly WebhookTemplate[] = [telegram, email, sms];
