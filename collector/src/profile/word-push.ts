import { contentIn } from '../campaigns/content.ts';
import { hasLiquid, type PersonalData, rendererOf } from '../campaigns/liquid.ts';
import { formattingLocale } from '../campaigns/personalise.ts';
import type { PushStep } from '../campaigns/steps.ts';
import type { PushText } from '../push/payload.ts';

/** What a push says to one visitor, in a language. */
export interface WordedPush {
  text: PushText;
  /** BCP 47. */
  lang: string;
}

export interface WordingFor {
  variant: string;
  /** BCP 47, in the order in which they are wanted. */
  locales: readonly (string | null)[];
  data: PersonalData;
  /** IANA. */
  timeZone: string;
  /** ISO 4217. */
  currency: string;
  /** ms since the epoch. */
  now: number;
  /** Origin of the shop: addresses may begin with a slash. */
  origin: string;
  /** Origin of the collector, of pictures of the library. */
  collector: string;
}

/**
 * The texts of a push, rendered on what is known of the visitor.
 *
 * @returns `null`: the step has no such variant
 * @throws what Liquid says of a template that fails on this data
 */
export function wordPush(
  step: Pick<PushStep, 'variants' | 'fallbackLocale'>,
  wanted: WordingFor,
): WordedPush | null {
  const written = contentIn(step, wanted.variant, wanted.locales);
  if (!written) return null;
  const { lang, title, body, url, icon, image, actions } = written;
  const locale = formattingLocale(lang, wanted.locales[0] ?? null);
  const { data, timeZone: timezoneOffset, currency, now } = wanted;
  const renderer = rendererOf(data, { locale, timezoneOffset, currency, now });
  const said = (text: string) => (hasLiquid(text) ? renderer.text(text) : text).trim();
  const page = (address: string) =>
    absolute(hasLiquid(address) ? renderer.address(address) : address, wanted.origin);
  const picture = (address: string | undefined) => {
    const found = address && (hasLiquid(address) ? renderer.address(address) : address);
    return found ? absolute(found, found.startsWith('/v1/') ? wanted.collector : wanted.origin) : undefined;
  };
  const [shownIcon, shownImage, words] = [picture(icon), picture(image), body && said(body)];
  return {
    lang,
    text: {
      title: said(title),
      url: page(url),
      ...(words ? { body: words } : {}),
      ...(shownIcon ? { icon: shownIcon } : {}),
      ...(shownImage ? { image: shownImage } : {}),
      ...(actions
        ? {
            actions: actions.map((one) => ({
              action: one.action,
              title: said(one.title),
              url: page(one.url),
            })),
          }
        : {}),
    },
  };
}

/** What leads nowhere leads to the shop. */
function absolute(address: string, origin: string): string {
  return URL.canParse(address, origin) ? new URL(address, origin).href : origin;
}
