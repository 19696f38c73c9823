import { type CampaignInput, inEachLanguage, popup } from './languages.ts';

const LINK = '/';

const TEXTS = {
  en: { news: 'New in the shop: ', text: 'see what has just arrived.', look: 'Take a look' },
  de: { news: 'Neu im Shop: ', text: 'Schau dir an, was gerade eingetroffen ist.', look: 'Ansehen' },
  pl: { news: 'Nowości: ', text: 'zobacz, co właśnie do nas trafiło.', look: 'Zobacz' },
  uk: { news: 'Новинки: ', text: 'подивіться, що щойно з’явилося.', look: 'Переглянути' },
  hr: { news: 'Novo u ponudi: ', text: 'pogledaj što je upravo stiglo.', look: 'Pogledaj' },
  ar: { news: 'جديدنا: ', text: 'اكتشف ما وصل للتو.', look: 'إلقاء نظرة' },
};

/** One line of news for everybody, once. */
export const announcement: CampaignInput = {
  id: 'announcement',
  name: 'Announcement',
  tags: ['news'],
  priority: 100,
  page: { exclude: [{ path: '/cart*' }, { path: '/checkout*' }] },
  audience: { rule: { '!': { in: [{ var: 'page.type' }, ['cart', 'checkout', 'purchase']] } } },
  entry: { on: 'any' },
  exits: [{ event: 'begin_checkout' }],
  steps: popup(
    [{ on: 'load' }],
    inEachLanguage(TEXTS, ({ news, text, look }) => ({
      kind: 'bar',
      position: 'top',
      blocks: [
        { type: 'text', runs: [{ text: news, bold: true }, text] },
        { type: 'button', text: look, action: 'url', href: LINK },
      ],
    })),
  ),
  cap: { perSession: 1, perVisitor: 1 },
  goal: null,
};
