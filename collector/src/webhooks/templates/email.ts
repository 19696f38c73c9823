import type { WebhookTemplate } from './index.ts';
import { CART, GREETING } from './texts.ts';

/** Plain text: what visitors write of themselves cannot become HTML. */
export const email: WebhookTemplate = {
  id: 'resend',
  name: 'E-mail through Resend',
  docs: 'https://resend.com/docs/api-reference/emails/send-email',
  secrets: [
    { name: 'resend_api_key', what: 'An API key that may send, such as re_…' },
    {
      name: 'resend_from',
      what: 'The sender, of a domain that Resend has verified: Shop <hello@shop.example>',
    },
  ],
  setup: 'Verify the domain of the sender at Resend. Mail programs show a button to unsubscribe.',
  webhook: {
    url: 'https://api.resend.com/emails',
    headers: {
      Authorization: 'Bearer {{ secrets.resend_api_key }}',
      // The same message, tried again, is sent once.
      'Idempotency-Key': '{{ delivery.id }}',
    },
    body: {
      from: '{{ secrets.resend_from }}',
      to: ['{{ address }}'],
      subject: 'Your cart is still here',
      text: `${GREETING}\n\n${CART}\n\n--\nChoose what we send you, or unsubscribe: {{ links.preferences }}`,
      headers: {
        'List-Unsubscribe': '<{{ links.unsubscribe }}>',
        'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      },
    },
    address: 'email',
  },
};
