import type { ConsentChannel } from '../../../sdk/src/message.ts';
import { LANGUAGES, type Language } from '../campaigns/templates/languages.ts';

/** What the page says, in one language. */
export interface PageTexts {
  title: string;
  /** `#` is the shop's name. */
  intro: string;
  channels: Record<ConsentChannel, string>;
  topics: string;
  pending: string;
  nothing: string;
  save: string;
  endAll: string;
  saved: string;
  ended: string;
  forged: { title: string; text: string };
  expired: { title: string; text: string };
}

export const TEXTS: Record<Language, PageTexts> = {
  en: {
    title: 'Your message preferences',
    intro: 'Choose what # may send you, and where.',
    channels: {
      email: 'E-mail',
      sms: 'Text message (SMS)',
      push: 'Notifications in the browser',
      whatsapp: 'WhatsApp',
      telegram: 'Telegram',
      phone: 'Phone calls',
    },
    topics: 'About',
    pending: 'Not confirmed yet: open the link in the message that asks for it.',
    nothing: 'You are not subscribed to anything.',
    save: 'Save',
    endAll: 'Unsubscribe from everything',
    saved: 'Saved. This holds from now on.',
    ended: 'You are unsubscribed. This holds from now on.',
    forged: {
      title: 'This link does not work',
      text: 'Part of it may be missing. Open it once more from the message, or write to the shop.',
    },
    expired: {
      title: 'This link is too old',
      text: 'Open the link in a newer message, or write to the shop.',
    },
  },
  de: {
    title: 'Ihre Einstellungen für Nachrichten',
    intro: 'Wählen Sie, was # Ihnen senden darf, und wohin.',
    channels: {
      email: 'E-Mail',
      sms: 'SMS',
      push: 'Mitteilungen im Browser',
      whatsapp: 'WhatsApp',
      telegram: 'Telegram',
      phone: 'Anrufe',
    },
    topics: 'Über',
    pending: 'Noch nicht bestätigt: Öffnen Sie den Link in der Nachricht, die danach fragt.',
    nothing: 'Sie haben nichts abonniert.',
    save: 'Speichern',
    endAll: 'Alles abbestellen',
    saved: 'Gespeichert. Das gilt ab sofort.',
    ended: 'Sie sind abgemeldet. Das gilt ab sofort.',
    forged: {
      title: 'Dieser Link funktioniert nicht',
      text: 'Vielleicht fehlt ein Teil davon. Öffnen Sie ihn noch einmal aus der Nachricht, oder schreiben Sie dem Shop.',
    },
    expired: {
      title: 'Dieser Link ist zu alt',
      text: 'Öffnen Sie den Link in einer neueren Nachricht, oder schreiben Sie dem Shop.',
    },
  },
  pl: {
    title: 'Twoje ustawienia wiadomości',
    intro: 'Wybierz, co # może Ci wysyłać i gdzie.',
    channels: {
      email: 'E-mail',
      sms: 'SMS',
      push: 'Powiadomienia w przeglądarce',
      whatsapp: 'WhatsApp',
      telegram: 'Telegram',
      phone: 'Połączenia telefoniczne',
    },
    topics: 'Tematy',
    pending: 'Jeszcze niepotwierdzone: otwórz link w wiadomości z prośbą o potwierdzenie.',
    nothing: 'Nie masz żadnych subskrypcji.',
    save: 'Zapisz',
    endAll: 'Zrezygnuj ze wszystkiego',
    saved: 'Zapisano. Obowiązuje od teraz.',
    ended: 'Subskrypcja została anulowana. Obowiązuje od teraz.',
    forged: {
      title: 'Ten link nie działa',
      text: 'Być może brakuje jego części. Otwórz go jeszcze raz z wiadomości lub napisz do sklepu.',
    },
    expired: {
      title: 'Ten link jest zbyt stary',
      text: 'Otwórz link z nowszej wiadomości lub napisz do sklepu.',
    },
  },
  uk: {
    title: 'Ваші налаштування повідомлень',
    intro: 'Оберіть, що # може вам надсилати і куди.',
    channels: {
      email: 'Електронна пошта',
      sms: 'SMS',
      push: 'Сповіщення в браузері',
      whatsapp: 'WhatsApp',
      telegram: 'Telegram',
      phone: 'Телефонні дзвінки',
    },
    topics: 'Теми',
    pending: 'Ще не підтверджено: відкрийте посилання в повідомленні із запитом.',
    nothing: 'Ви ні на що не підписані.',
    save: 'Зберегти',
    endAll: 'Відписатися від усього',
    saved: 'Збережено. Це діє відтепер.',
    ended: 'Вас відписано. Це діє відтепер.',
    forged: {
      title: 'Це посилання не працює',
      text: 'Можливо, бракує його частини. Відкрийте його ще раз із повідомлення або напишіть до магазину.',
    },
    expired: {
      title: 'Це посилання застаріло',
      text: 'Відкрийте посилання з новішого повідомлення або напишіть до магазину.',
    },
  },
  hr: {
    title: 'Vaše postavke poruka',
    intro: 'Odaberite što vam # smije slati i kamo.',
    channels: {
      email: 'E-pošta',
      sms: 'SMS',
      push: 'Obavijesti u pregledniku',
      whatsapp: 'WhatsApp',
      telegram: 'Telegram',
      phone: 'Telefonski pozivi',
    },
    topics: 'Teme',
    pending: 'Još nije potvrđeno: otvorite poveznicu u poruci koja to traži.',
    nothing: 'Niste pretplaćeni ni na što.',
    save: 'Spremi',
    endAll: 'Odjavi me sa svega',
    saved: 'Spremljeno. To vrijedi od sada.',
    ended: 'Odjavljeni ste. To vrijedi od sada.',
    forged: {
      title: 'Ova poveznica ne radi',
      text: 'Možda joj nedostaje dio. Otvorite je ponovno iz poruke ili pišite trgovini.',
    },
    expired: {
      title: 'Ova je poveznica prestara',
      text: 'Otvorite poveznicu u novijoj poruci ili pišite trgovini.',
    },
  },
  ar: {
    title: 'تفضيلات الرسائل',
    intro: 'اختر ما يمكن أن يرسله إليك # وأين.',
    channels: {
      email: 'البريد الإلكتروني',
      sms: 'الرسائل النصية (SMS)',
      push: 'إشعارات المتصفح',
      whatsapp: 'واتساب',
      telegram: 'تيليجرام',
      phone: 'المكالمات الهاتفية',
    },
    topics: 'حول',
    pending: 'لم يتم التأكيد بعد: افتح الرابط في الرسالة التي تطلب ذلك.',
    nothing: 'لست مشتركًا في أي شيء.',
    save: 'حفظ',
    endAll: 'إلغاء الاشتراك في كل شيء',
    saved: 'تم الحفظ. يسري ذلك من الآن.',
    ended: 'تم إلغاء اشتراكك. يسري ذلك من الآن.',
    forged: {
      title: 'هذا الرابط لا يعمل',
      text: 'ربما ينقصه جزء. افتحه مرة أخرى من الرسالة، أو اكتب إلى المتجر.',
    },
    expired: {
      title: 'هذا الرابط قديم جدًا',
      text: 'افتح الرابط في رسالة أحدث، أو اكتب إلى المتجر.',
    },
  },
};

/**
 * The first language that the person reads and the page is written in.
 *
 * @param header `Accept-Language` (RFC 9110, 12.5.4)
 * @param fallback BCP 47; the site's
 */
export function languageFor(header: string | null, fallback: string): Language {
  const wanted = (header ?? '')
    .slice(0, 500)
    .split(',')
    .map((range) => {
      const [tag = '', weight] = range.trim().split(/\s*;\s*q=/);
      return { tag, weight: weight === undefined ? 1 : Number(weight) || 0 };
    })
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight)
    .map(({ tag }) => tag);
  for (const tag of [...wanted, fallback]) {
    const found = LANGUAGES.find((language) => language === tag.toLowerCase().split('-')[0]);
    if (found) return found;
  }
  return 'en';
}
