import { describe, expect, it } from 'vitest';
import { api, makeSite } from '../../../../test/support/workerd/collector.ts';
import { DELIVERY, receiver, send } from '../../../../test/support/workerd/webhooks.ts';
import { webhookContent } from '../content.ts';
import { webhookFaults } from '../webhook-faults.ts';
import { WEBHOOK_TEMPLATES } from './index.ts';
import messagebird from './recorded/messagebird.json';
import resend from './recorded/resend.json';
import telegram from './recorded/telegram.json';

const DATA = {
  visitor: { traits: { first_name: 'Mira' } },
  cart: {
    restore_url: 'https://shop.example/cart?beckon_cart=c1',
    items: [{ item_id: 'k', item_name: 'Kettle & mug' }, { item_id: 'tea-1' }],
  },
};

/** Requests as the providers' references have them, and what the shop has stored for them. */
const RECORDED: Record<
  string,
  {
    request: typeof resend | typeof telegram | typeof messagebird;
    address: string;
    secrets: Record<string, string>;
  }
> = {
  telegram: {
    request: telegram,
    address: '987654321',
    secrets: { telegram_token: '123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11' },
  },
  resend: {
    request: resend,
    address: 'mira@example.com',
    secrets: { resend_api_key: 're_123456789', resend_from: 'Shop <hello@shop.example>' },
  },
  messagebird: {
    request: messagebird,
    address: '+31612345678',
    secrets: { messagebird_access_key: 'live_gshuPaZoeEG6ovbc8M79w0QyM', messagebird_originator: 'Shop' },
  },
};

describe.each(WEBHOOK_TEMPLATES.map((template) => [template.id, template] as const))(
  'the template %s',
  (id, template) => {
    const { request, address, secrets } = RECORDED[id] ?? { secrets: {} };

    it('names all that it needs, and can be published', () => {
      expect(webhookFaults(webhookContent.parse(template.webhook), [])).toEqual([]);
      expect(template.secrets.map(({ name }) => name).sort()).toEqual(Object.keys(secrets).sort());
      expect(JSON.stringify(template.webhook)).toContain('{{ links.preferences }}');
    });

    it('asks its provider as the reference says', async () => {
      const site = await makeSite({ origins: ['https://shop.example'] });
      for (const [name, value] of Object.entries(secrets)) {
        await api('PUT', `/api/sites/${site.id}/secrets/${name}`, { value });
      }
      const to = receiver(() => new Response('{}'));
      const { result, url, headers, body, init } = await send(site, template.webhook, to, {
        data: DATA,
        address: address ?? null,
      });
      expect(result.outcome).toBe('sent');
      const sent = JSON.parse(body ?? '');
      const text = JSON.stringify(sent);
      const preferences = /http:\/\/collector\.test\/v1\/preferences\/[\w.-]+/.exec(text)?.[0] ?? '';
      const marks = /beckon_push=[\w.%@-]+&beckon_ref=[\w.-]+/.exec(text)?.[0] ?? '';
      expect(marks).toContain(encodeURIComponent(DELIVERY));
      const expected = JSON.stringify(request)
        .replaceAll('{preferences}', preferences)
        .replaceAll('{marks}', marks)
        .replaceAll('{delivery}', DELIVERY);
      const { 'user-agent': _, ...told } = Object.fromEntries(headers ?? []);
      expect({ method: init?.method, url, headers: told, body: sent }).toEqual(JSON.parse(expected));
    });

    it('sends nothing to who has no address there', async () => {
      const to = receiver(() => new Response());
      const { result } = await send(await makeSite(), template.webhook, to, { data: DATA });
      expect(result).toMatchObject({ outcome: 'skipped', reason: 'no_address' });
    });
  },
);
