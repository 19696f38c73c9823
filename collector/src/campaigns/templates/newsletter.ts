import { type CampaignInput, inEachLanguage, popup } from './languages.ts';

const PRIVACY = '/privacy-policy';
const SCROLLED_PERCENT = 50;
const DELAY_MS = 30_000;

const TEXTS = {
  en: {
    heading: 'Letters worth opening',
    text: 'New arrivals and early access to sales, about twice a month.',
    email: 'E-mail address',
    consent: 'By signing up, you agree to get our news by e-mail. Unsubscribe at any time. ',
    privacy: 'Privacy policy',
    submit: 'Sign me up',
    next: 'Almost there!',
    confirm: 'Please open the e-mail that you get from us and confirm your address. Then you are in.',
    done: 'Done',
  },
  de: {
    heading: 'Post, die Freude macht',
    text: 'Neuheiten und Angebote vorab, etwa zweimal im Monat.',
    email: 'E-Mail-Adresse',
    consent: 'Mit der Anmeldung willigst du in Neuigkeiten per E-Mail ein. Abmelden geht jederzeit. ',
    privacy: 'Datenschutz',
    submit: 'Anmelden',
    next: 'Fast geschafft!',
    confirm: 'Bestätige bitte deine Adresse in der Mail, die du von uns bekommst. Dann bist du dabei.',
    done: 'Fertig',
  },
  pl: {
    heading: 'Listy, na które miło czekać',
    text: 'Nowości i promocje przed innymi, mniej więcej dwa razy w miesiącu.',
    email: 'Adres e-mail',
    consent: 'Zapisując się, zgadzasz się na nowości e-mailem. Wypiszesz się w każdej chwili. ',
    privacy: 'Polityka prywatności',
    submit: 'Zapisz mnie',
    next: 'Jeszcze tylko jeden krok!',
    confirm: 'Otwórz e-mail od nas i potwierdź swój adres. To wszystko.',
    done: 'Gotowe',
  },
  uk: {
    heading: 'Листи, які приємно читати',
    text: 'Новинки та знижки раніше за інших, приблизно двічі на місяць.',
    email: 'Електронна пошта',
    consent: 'Підписуючись, ви погоджуєтеся на листи від нас. Відписатися можна будь-коли. ',
    privacy: 'Політика конфіденційності',
    submit: 'Підписатися',
    next: 'Майже готово!',
    confirm: 'Відкрийте лист від нас і підтвердьте свою адресу. Тоді ви з нами.',
    done: 'Готово',
  },
  hr: {
    heading: 'Pisma koja se rado otvaraju',
    text: 'Noviteti i popusti prije svih, otprilike dvaput mjesečno.',
    email: 'E-mail adresa',
    consent: 'Prijavom pristaješ na novosti e-mailom. Odjaviti se možeš bilo kada. ',
    privacy: 'Pravila privatnosti',
    submit: 'Prijavi me',
    next: 'Još samo jedan korak!',
    confirm: 'Otvori naš e-mail i potvrdi svoju adresu. To je sve.',
    done: 'Gotovo',
  },
  ar: {
    heading: 'رسائل تستحق القراءة',
    text: 'المنتجات الجديدة والعروض قبل الجميع، مرتين في الشهر تقريبًا.',
    email: 'البريد الإلكتروني',
    consent: 'بالاشتراك توافق على تلقّي أخبارنا بالبريد الإلكتروني، ويمكنك إلغاؤه في أي وقت. ',
    privacy: 'سياسة الخصوصية',
    submit: 'اشتراك',
    next: 'بقيت خطوة واحدة!',
    confirm: 'افتح رسالتنا وأكّد عنوان بريدك، وعندها يكتمل اشتراكك.',
    done: 'تم',
  },
};

/** A form that left an address. */
const WITH_EMAIL = { '!!': { var: 'fields.email' } };

/** Asks readers, not those who have only just come in, for their address; and to confirm it in their inbox. */
export const newsletter: CampaignInput = {
  id: 'newsletter',
  name: 'Newsletter',
  tags: ['newsletter', 'form'],
  priority: 400,
  page: { exclude: [{ path: '/cart*' }, { path: '/checkout*' }] },
  audience: {
    rule: {
      and: [
        // Neither agreed, nor about to, nor withdrawn.
        { '===': [{ var: 'visitor.consents.email' }, null] },
        { '>=': [{ var: 'session.pageViews' }, 2] },
        { '!': { in: [{ var: 'page.type' }, ['cart', 'checkout', 'purchase']] } },
      ],
    },
  },
  entry: { on: 'any' },
  exits: [{ event: 'form_submitted', where: WITH_EMAIL }, { event: 'begin_checkout' }],
  steps: popup(
    [
      { on: 'scroll', percent: SCROLLED_PERCENT },
      { on: 'delay', delayMs: DELAY_MS },
    ],
    inEachLanguage(TEXTS, ({ heading, text, email, consent, privacy, submit, next, confirm, done }) => ({
      kind: 'slide-in',
      position: 'bottom-end',
      theme: { spacing: 'compact' },
      blocks: [
        { type: 'heading', text: heading },
        { type: 'text', runs: [text] },
        { type: 'field', name: 'email', input: 'email', label: email, required: true },
        {
          type: 'text',
          runs: [consent, { text: privacy, href: PRIVACY }],
          consent: 'email',
          doubleOptIn: true,
        },
        { type: 'button', text: submit, action: 'submit', step: 'confirm' },
      ],
      steps: [
        {
          id: 'confirm',
          blocks: [
            { type: 'heading', text: next },
            { type: 'text', runs: [confirm] },
            { type: 'button', text: done, action: 'close' },
          ],
        },
      ],
    })),
  ),
  cap: { perSession: 1, perDays: { n: 2, days: 30 }, afterDismissDays: 30 },
  goal: { event: 'form_submitted', where: WITH_EMAIL, within: 'P1D' },
};
