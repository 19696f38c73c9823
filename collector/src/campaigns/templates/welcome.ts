import { type CampaignInput, push } from './languages.ts';

/** Set the page of your own best sellers. */
const BEST_SELLERS = '/';

const TEXTS = {
  en: {
    hello: 'Welcome!',
    thanks: 'Thank you for subscribing. You are the first to hear of news and offers.',
    best: 'What others love',
    look: 'See what our customers choose most often.',
  },
  de: {
    hello: 'Willkommen!',
    thanks: 'Danke für dein Abo. Neues und Angebote erfährst du jetzt zuerst.',
    best: 'Das lieben andere',
    look: 'Sieh dir an, was unsere Kunden am häufigsten wählen.',
  },
  pl: {
    hello: 'Witaj!',
    thanks: 'Dziękujemy za subskrypcję. O nowościach i ofertach dowiesz się jako pierwsza osoba.',
    best: 'To lubią inni',
    look: 'Zobacz, co nasi klienci wybierają najczęściej.',
  },
  uk: {
    hello: 'Вітаємо!',
    thanks: 'Дякуємо за підписку. Ви першими дізнаватиметеся про новинки та пропозиції.',
    best: 'Це подобається іншим',
    look: 'Подивіться, що наші покупці обирають найчастіше.',
  },
  hr: {
    hello: 'Dobro nam došli!',
    thanks: 'Hvala na pretplati. Za novosti i ponude od sada saznaješ među prvima.',
    best: 'Ovo drugi vole',
    look: 'Pogledaj što naši kupci najčešće biraju.',
  },
  ar: {
    hello: 'أهلًا بك!',
    thanks: 'شكرًا لاشتراكك. ستكون أول من يعلم بجديدنا وعروضنا.',
    best: 'ما يفضّله الآخرون',
    look: 'اكتشف أكثر ما يختاره عملاؤنا.',
  },
};

/** Greets whoever has just said yes to push messages; three days later, what sells best, unless something was bought. */
export const welcome: CampaignInput = {
  id: 'welcome',
  name: 'Welcome',
  tags: ['welcome', 'push'],
  priority: 550,
  entry: { on: 'event', event: 'push_subscribed', anchor: 'first', reentry: null },
  exits: [{ event: 'purchase' }],
  steps: [
    { id: 'a-minute', type: 'wait', for: 'PT1M' },
    push('greeting', TEXTS, ({ hello, thanks }) => ({ title: hello, body: thanks, url: '/' })),
    { id: 'three-days', type: 'wait', for: 'P3D' },
    push('best-sellers', TEXTS, ({ best, look }) => ({ title: best, body: look, url: BEST_SELLERS })),
  ],
  goal: { event: 'purchase', within: 'P7D' },
};
