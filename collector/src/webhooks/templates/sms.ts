import type { WebhookTemplate } from './index.ts';

export const sms: WebhookTemplate = {
  id: 'messagebird',
  name: 'SMS through MessageBird',
  docs: 'https://developers.messagebird.com/api/sms-messaging/#send-outbound-sms',
  secrets: [
    { name: 'messagebird_access_key', what: 'A live access key of the API' },
    { name: 'messagebird_originator', what: 'The sender: a number, or up to 11 letters and digits' },
  ],
  setup: 'A text with links is longer than one SMS; the provider sends and charges it in parts.',
  webhook: {
    url: 'https://rest.messagebird.com/messages',
    headers: { Authorization: 'AccessKey {{ secrets.messagebird_access_key }}' },
    body: {
      originator: '{{ secrets.messagebird_originator }}',
      recipients: ['{{ address | remove: "+" }}'],
      body: 'Your cart is still here: {{ cart.restore_url }}\nStop: {{ links.preferences }}',
      datacoding: 'auto',
    },
    address: 'phone',
  },
};
