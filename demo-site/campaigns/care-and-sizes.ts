import type { Picture } from '../../sdk/src/message.ts';
import { type CampaignInput, THEME } from './definition.ts';

/**
 * Opened by the button of each product page, through `beckon.messages.show('care-and-sizes')`: as often as it is
 * pressed.
 */
export const careAndSizes = (picture: Picture): CampaignInput => ({
  id: 'care-and-sizes',
  name: 'Care & sizes',
  tags: ['service'],
  page: { include: [{ path: '/products/*' }] },
  steps: [
    {
      id: 'popup',
      type: 'message',
      channel: 'popup',
      triggers: [{ on: 'api' }],
      fallbackLocale: 'en',
      variants: [
        {
          key: 'a',
          content: {
            en: {
              kind: 'modal',
              theme: THEME,
              blocks: [
                { type: 'image', ...picture },
                { type: 'heading', text: 'Care & sizes' },
                {
                  type: 'text',
                  runs: [
                    { text: 'Enamel and steel: ', bold: true },
                    'by hand, with hot water; no steel wool. ',
                    { text: 'Wool: ', bold: true },
                    'air it, wash it cold once a year.',
                  ],
                },
                {
                  type: 'text',
                  runs: [
                    { text: 'Sizes: ', bold: true },
                    'what we give in litres is measured to a finger below the rim, and weights are with the lid on.',
                  ],
                },
                { type: 'button', text: 'Good to know', action: 'close' },
              ],
            },
            de: {
              kind: 'modal',
              theme: THEME,
              blocks: [
                { type: 'image', ...picture },
                { type: 'heading', text: 'Pflege und Größen' },
                {
                  type: 'text',
                  runs: [
                    { text: 'Emaille und Stahl: ', bold: true },
                    'von Hand, mit heißem Wasser; keine Stahlwolle. ',
                    { text: 'Wolle: ', bold: true },
                    'lüften, einmal im Jahr kalt waschen.',
                  ],
                },
                {
                  type: 'text',
                  runs: [
                    { text: 'Größen: ', bold: true },
                    'Liter messen wir bis einen Finger unter dem Rand, Gewichte mit Deckel.',
                  ],
                },
                { type: 'button', text: 'Gut zu wissen', action: 'close' },
              ],
            },
            pl: {
              kind: 'modal',
              theme: THEME,
              blocks: [
                { type: 'image', ...picture },
                { type: 'heading', text: 'Pielęgnacja i rozmiary' },
                {
                  type: 'text',
                  runs: [
                    { text: 'Emalia i stal: ', bold: true },
                    'ręcznie, w gorącej wodzie; bez druciaka. ',
                    { text: 'Wełna: ', bold: true },
                    'wietrzyć, raz w roku prać na zimno.',
                  ],
                },
                {
                  type: 'text',
                  runs: [
                    { text: 'Rozmiary: ', bold: true },
                    'litry mierzymy na palec poniżej brzegu, wagę podajemy z pokrywką.',
                  ],
                },
                { type: 'button', text: 'Dobrze wiedzieć', action: 'close' },
              ],
            },
          },
        },
      ],
    },
  ],
  cap: { perSession: null, afterDismissDays: null, afterConvert: null },
  goal: null,
});
