import { type CampaignInput, push } from './languages.ts';

const TEXTS = {
  en: { title: 'It has been a while', body: 'See what is new since your last visit.' },
  de: { title: 'Lange nicht gesehen', body: 'Schau, was seit deinem letzten Besuch neu ist.' },
  pl: { title: 'Dawno się nie widzieliśmy', body: 'Zobacz, co nowego od twojej ostatniej wizyty.' },
  uk: { title: 'Давно не бачилися', body: 'Подивіться, що нового з вашого останнього візиту.' },
  hr: { title: 'Dugo se nismo vidjeli', body: 'Pogledaj što je novo od tvog zadnjeg posjeta.' },
  ar: { title: 'اشتقنا إليك', body: 'اكتشف ما الجديد منذ زيارتك الأخيرة.' },
};

/** For buyers who have not come back for three weeks; once in a quarter. */
export const winBack: CampaignInput = {
  id: 'win-back',
  name: 'Win back',
  tags: ['win-back', 'push'],
  priority: 350,
  audience: { rule: { '>=': [{ var: 'visitor.orders' }, 1] } },
  entry: { on: 'fact', fact: 'visitor.lastSeen', reentry: 'P90D' },
  steps: [
    { id: 'three-weeks', type: 'wait', for: 'P21D' },
    push('news', TEXTS, ({ title, body }) => ({ title, body, url: '/' })),
  ],
  holdout: { percent: 5 },
  goal: { event: 'purchase', within: 'P7D' },
};
