import { env } from 'cloudflare:workers';
import { vi } from 'vitest';
import { contactNames } from '../../../collector/src/profile/profile-name.ts';
import { loadSite } from '../../../collector/src/sites.ts';
import { type WebhookContent, webhookContent } from '../../../collector/src/webhooks/content.ts';
import { sendWebhook, type WebhookMessage } from '../../../collector/src/webhooks/send.ts';
import type { TestSite } from './collector.ts';

export const DELIVERY = 'cart-saver@3.a.mail.0123456789abcdefghijkl';
export const NOW = Date.UTC(2026, 10, 22, 12);

/** A receiver that answers what the test says, and keeps what it was asked. */
export function receiver(answer: (signal: AbortSignal) => Response | Promise<Response>) {
  const asked: { url: string; init: RequestInit & { headers: Headers } }[] = [];
  const abort = new AbortController();
  const sending = {
    fetch: vi.fn(async (url: unknown, init: unknown) => {
      asked.push({ url: String(url), init: init as (typeof asked)[0]['init'] });
      return answer(abort.signal);
    }) as unknown as typeof fetch,
    timeout: () => abort.signal,
  };
  return { asked, sending, timeIsOver: () => abort.abort(new Error('too late')) };
}

/** Sends a webhook to somebody who is known by e-mail. */
export async function send(
  site: TestSite,
  content: unknown,
  { asked, sending }: Pick<ReturnType<typeof receiver>, 'asked' | 'sending'>,
  more: Partial<Omit<WebhookMessage, 'content' | 'person'>> & { address?: string | null } = {},
) {
  const loaded = await loadSite(env, site.id, Date.now());
  if (!loaded) throw new Error('There is no such site.');
  const [name = ''] = await contactNames(site.id, { email: 'mira@example.com' }, env.SIGNING_KEY);
  const { address = null, ...rest } = more;
  const parsed: WebhookContent = webhookContent.parse(content);
  const person = { name, address, locale: null, timeZone: null };
  const message = { content: parsed, data: {}, deliveryId: DELIVERY, person, ...rest };
  const result = await sendWebhook(env, loaded, message, NOW, sending);
  const [first] = asked;
  return {
    result,
    url: first?.url,
    headers: first?.init.headers,
    body: first?.init.body as string | null,
    init: first?.init,
  };
}
