import { type CampaignInput, THEME } from './definition.ts';

/** Opened by a click on the cart page's own button, by its selector: the page knows nothing of the campaign. */
export const shippingHelp: CampaignInput = {
  id: 'shipping-help',
  name: 'What does shipping cost?',
  tags: ['service'],
  page: { include: [{ path: '/cart' }] },
  steps: [
    {
      id: 'popup',
      type: 'message',
      channel: 'popup',
      triggers: [{ on: 'click', selector: '[data-shipping-help]' }],
      fallbackLocale: 'en',
      variants: [
        {
          key: 'a',
          content: {
            en: {
              kind: 'slide-in',
              theme: THEME,
              position: 'bottom-end',
              blocks: [
                { type: 'heading', text: 'Shipping' },
                {
                  type: 'text',
                  runs: [
                    { text: '$6', bold: true },
                    ' flat, whatever you pack. Two to four days to most places that have a road. ' +
                      'What comes back within 60 days costs you nothing.',
                  ],
                },
                { type: 'button', text: 'Thank you', action: 'close' },
              ],
            },
            de: {
              kind: 'slide-in',
              theme: THEME,
              position: 'bottom-end',
              blocks: [
                { type: 'heading', text: 'Versand' },
                {
                  type: 'text',
                  runs: [
                    { text: '6 $', bold: true },
                    ', egal, was du einpackst. Zwei bis vier Tage an die meisten Orte mit einer Straße. ' +
                      'Was innerhalb von 60 Tagen zurückkommt, kostet dich nichts.',
                  ],
                },
                { type: 'button', text: 'Danke', action: 'close' },
              ],
            },
            pl: {
              kind: 'slide-in',
              theme: THEME,
              position: 'bottom-end',
              blocks: [
                { type: 'heading', text: 'Wysyłka' },
                {
                  type: 'text',
                  runs: [
                    { text: '6 $', bold: true },
                    ' bez względu na zawartość paczki. Dwa do czterech dni wszędzie, gdzie prowadzi droga. ' +
                      'Zwrot w ciągu 60 dni nic nie kosztuje.',
                  ],
                },
                { type: 'button', text: 'Dziękuję', action: 'close' },
              ],
            },
          },
        },
      ],
    },
  ],
  cap: { perSession: null, afterDismissDays: null, afterConvert: null },
  goal: null,
};
