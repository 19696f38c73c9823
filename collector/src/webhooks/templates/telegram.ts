import type { WebhookTemplate } from './index.ts';
import { CART, GREETING } from './texts.ts';

/** Plain text: what is in a cart cannot be taken for Markdown. */
export const telegram: WebhookTemplate = {
  id: 'telegram',
  name: 'Telegram: a message from your bot',
  docs: 'https://core.telegram.org/bots/api#sendmessage',
  secrets: [
    { name: 'telegram_token', what: 'The token that @BotFather gave your bot, such as 123456:ABC-DEF' },
  ],
  setup:
    'A bot may write only to who has started it. Let it send `consent_updated {channel: "telegram", state: "granted", address: "<chat id>"}` with the server key when somebody does.',
  webhook: {
    url: 'https://api.telegram.org/bot{{ secrets.telegram_token }}/sendMessage',
    body: {
      chat_id: '{{ address }}',
      text: `${GREETING}\n\n${CART}\n\nNo more of these: {{ links.preferences }}`,
      link_preview_options: { is_disabled: true },
    },
    address: 'telegram',
  },
};
