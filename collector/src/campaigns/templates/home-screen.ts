import { type CampaignInput, inEachLanguage, popup } from './languages.ts';

const TEXTS = {
  en: {
    heading: 'Put us on your home screen',
    text: 'Then we can tell you when your cart is still waiting. Tap Share, then “Add to Home Screen”, and open the shop from there.',
    close: 'Got it',
  },
  de: {
    heading: 'Leg uns auf deinen Home-Bildschirm',
    text: 'Dann können wir dir Bescheid geben, wenn dein Warenkorb noch wartet. Tippe auf „Teilen“, dann auf „Zum Home-Bildschirm“, und öffne den Shop von dort.',
    close: 'Alles klar',
  },
  pl: {
    heading: 'Dodaj nas do ekranu początkowego',
    text: 'Wtedy damy Ci znać, gdy koszyk wciąż czeka. Stuknij „Udostępnij”, potem „Do ekranu początkowego” i otwórz sklep stamtąd.',
    close: 'Rozumiem',
  },
  uk: {
    heading: 'Додайте нас на початковий екран',
    text: 'Тоді ми повідомимо, коли кошик ще чекає. Торкніть «Поширити», потім «На Початковий екран» і відкрийте магазин звідти.',
    close: 'Зрозуміло',
  },
  hr: {
    heading: 'Dodaj nas na početni zaslon',
    text: 'Tada ti možemo javiti kad te košarica još čeka. Dodirni „Dijeli”, zatim „Dodaj na početni zaslon” i otvori trgovinu odande.',
    close: 'U redu',
  },
  ar: {
    heading: 'أضفنا إلى شاشتك الرئيسية',
    text: 'عندها نستطيع أن نخبرك حين تنتظرك سلتك. اضغط «مشاركة» ثم «إضافة إلى الشاشة الرئيسية»، وافتح المتجر من هناك.',
    close: 'حسنًا',
  },
};

/**
 * On iPhones and iPads only a site that was opened from the home screen can be allowed to push. Comes where a push prompt
 * would have come if it were, which the SDK tells as `push_unavailable`.
 */
export const homeScreen: CampaignInput = {
  id: 'home-screen',
  name: 'Home screen hint',
  tags: ['push'],
  priority: 41,
  page: { exclude: [{ path: '/cart*' }, { path: '/checkout*' }] },
  audience: { rule: { '===': [{ var: 'event.properties.reason' }, 'home_screen'] } },
  entry: { on: 'event', event: 'push_unavailable' },
  exits: [{ event: 'begin_checkout' }],
  steps: popup(
    [{ on: 'load' }],
    inEachLanguage(TEXTS, ({ heading, text, close }) => ({
      kind: 'slide-in',
      position: 'bottom-end',
      blocks: [
        { type: 'heading', text: heading },
        { type: 'text', runs: [text] },
        { type: 'button', text: close, action: 'close' },
      ],
    })),
  ),
  cap: { perSession: 1, perVisitor: 2, afterDismissDays: 30 },
  goal: null,
};
