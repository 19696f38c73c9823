import type { PopupTexts } from '../../../sdk/src/message.ts';
import type { Drawn } from './content.ts';
import type { ContentBlock } from './content-schema.ts';

/** What a popup says of its own: {@link PopupTexts}, and what the collector puts where it belongs. */
export interface BuiltInTexts extends PopupTexts {
  /** Name of the close button. */
  close: string;
  /** Of an answer that is no e-mail address, no telephone number. */
  email: string;
  phone: string;
  /** `{n}` of `{of}`: the name of a score. */
  score: string;
  up: string;
  down: string;
}

/**
 * By language. The names of days, hours, minutes and seconds stand under a number, whichever it is: short forms, where a
 * language would bend the word.
 */
export const BUILT_IN: Record<'en' | 'de' | 'pl' | 'uk' | 'hr' | 'ar', BuiltInTexts> = {
  en: {
    close: 'Close',
    copy: 'Copy',
    copied: 'Copied',
    required: 'This field is required.',
    email: 'Enter an e-mail address such as name@example.com.',
    phone: 'Enter a phone number such as +1 202 555 0123.',
    days: 'days',
    hours: 'hrs',
    minutes: 'min',
    seconds: 'sec',
    score: '{n} of {of}',
    up: 'Thumbs up',
    down: 'Thumbs down',
  },
  de: {
    close: 'Schließen',
    copy: 'Kopieren',
    copied: 'Kopiert',
    required: 'Dieses Feld ist erforderlich.',
    email: 'Geben Sie eine E-Mail-Adresse wie name@example.com ein.',
    phone: 'Geben Sie eine Telefonnummer wie +49 30 1234567 ein.',
    days: 'Tage',
    hours: 'Std.',
    minutes: 'Min.',
    seconds: 'Sek.',
    score: '{n} von {of}',
    up: 'Daumen hoch',
    down: 'Daumen runter',
  },
  pl: {
    close: 'Zamknij',
    copy: 'Kopiuj',
    copied: 'Skopiowano',
    required: 'To pole jest wymagane.',
    email: 'Podaj adres e-mail, np. imie@example.com.',
    phone: 'Podaj numer telefonu, np. +48 22 123 45 67.',
    days: 'dni',
    hours: 'godz.',
    minutes: 'min',
    seconds: 'sek.',
    score: '{n} z {of}',
    up: 'Kciuk w górę',
    down: 'Kciuk w dół',
  },
  uk: {
    close: 'Закрити',
    copy: 'Копіювати',
    copied: 'Скопійовано',
    required: 'Це поле обов’язкове.',
    email: 'Введіть адресу електронної пошти, наприклад name@example.com.',
    phone: 'Введіть номер телефону, наприклад +380 44 123 45 67.',
    days: 'дн.',
    hours: 'год',
    minutes: 'хв',
    seconds: 'сек',
    score: '{n} з {of}',
    up: 'Подобається',
    down: 'Не подобається',
  },
  hr: {
    close: 'Zatvori',
    copy: 'Kopiraj',
    copied: 'Kopirano',
    required: 'Ovo je polje obavezno.',
    email: 'Upišite adresu e-pošte, npr. ime@example.com.',
    phone: 'Upišite broj telefona, npr. +385 1 234 5678.',
    days: 'dana',
    hours: 'sati',
    minutes: 'min.',
    seconds: 'sek.',
    score: '{n} od {of}',
    up: 'Palac gore',
    down: 'Palac dolje',
  },
  ar: {
    close: 'إغلاق',
    copy: 'نسخ',
    copied: 'تم النسخ',
    required: 'هذا الحقل مطلوب.',
    // Isolated, as addresses and numbers run from left to right: https://www.unicode.org/reports/tr9/
    email: 'أدخل بريدًا إلكترونيًا مثل \u2066name@example.com\u2069.',
    phone: 'أدخل رقم هاتف مثل \u2066+971 4 123 4567\u2069.',
    days: 'أيام',
    hours: 'ساعات',
    minutes: 'دقائق',
    seconds: 'ثوانٍ',
    score: '{n} من {of}',
    up: 'أعجبني',
    down: 'لم يعجبني',
  },
};

/** In the language of a tag (BCP 47), else in English. */
export function builtIn(lang: string): BuiltInTexts {
  const language = lang.toLowerCase().split('-')[0] ?? '';
  return Object.hasOwn(BUILT_IN, language) ? BUILT_IN[language as keyof typeof BUILT_IN] : BUILT_IN.en;
}

type Block = ContentBlock | Drawn['blocks'][number];

/** Those that these blocks need. */
export function textsFor(lang: string, blocks: readonly Block[]): Partial<PopupTexts> {
  const all = builtIn(lang);
  const names = new Set(blocks.flatMap(needed));
  return Object.fromEntries([...names].map((name) => [name, all[name]]));
}

function needed(block: Block): (keyof PopupTexts)[] {
  switch (block.type) {
    case 'coupon':
      return ['copy', 'copied'];
    case 'button':
      return block.action === 'copy' ? ['copied'] : [];
    case 'field':
    case 'rating':
      return ['required'];
    case 'countdown':
      return ['days', 'hours', 'minutes', 'seconds'];
    default:
      return [];
  }
}
