import type { ContentTheme } from '../../../collector/src/campaigns/content-schema.ts';
import { type PlainBlock, type PlainContent, readyContent } from '../../../collector/src/popups/ready.ts';
import type { PopupContent, PopupTexts } from '../../../sdk/src/message.ts';

/** What a shop with a strict policy allows: of everything else, nothing. */
export const STRICT_POLICY =
  "default-src 'none'; script-src 'self' {collector}; connect-src {collector}; style-src 'self'; " +
  "img-src {collector}; require-trusted-types-for 'script'; trusted-types 'none'";

export const picture = (id: string, width: number, height: number, alt = '') => ({
  src: `/v1/pictures/shop/${id}-${width}x${height}.png`,
  width,
  height,
  alt,
});

const TEXTS: PopupTexts = {
  copy: 'Copy',
  copied: 'Copied',
  required: 'Please fill this in',
  days: 'days',
  hours: 'hours',
  minutes: 'minutes',
  seconds: 'seconds',
};

/** In the year 2100: no test is that late. */
const UNTIL = '2100-01-01T00:00:00.000Z';

export const OFFER: PlainBlock[] = [
  { type: 'image', ...picture('mug', 640, 240, 'A mug on a table') },
  { type: 'heading', text: 'Ten percent for you' },
  {
    type: 'text',
    runs: [
      'Only ',
      { text: 'today', bold: true },
      ', with our ',
      { text: 'terms', href: '#terms', italic: true },
      '.',
    ],
  },
  { type: 'coupon', code: 'TEN', label: 'Your code', apply: { text: 'Use it', href: '#apply' } },
  { type: 'countdown', until: UNTIL, label: 'Ends in', expired: 'Over' },
  {
    type: 'products',
    items: [
      { name: 'Mug', price: '12 €', href: '#mug', image: picture('mug', 64, 64) },
      { name: 'Cup without a link', price: '9 €' },
    ],
  },
  { type: 'spacer', size: 'large' },
  { type: 'button', text: 'To the shop', action: 'url', href: '#shop' },
  { type: 'button', text: 'Copy the code', action: 'copy', code: 'TEN' },
  { type: 'button', text: 'Ask me', action: 'call', name: 'chat' },
  { type: 'button', text: 'More', action: 'step', step: 'form' },
  { type: 'button', text: 'No, thank you', action: 'close' },
];

export const FORM: PlainBlock[] = [
  { type: 'heading', text: 'Our letter' },
  {
    type: 'field',
    name: 'email',
    input: 'email',
    label: 'E-mail',
    required: true,
    placeholder: 'you@shop.example',
  },
  { type: 'field', name: 'phone', input: 'phone', label: 'Telephone' },
  { type: 'field', name: 'name', input: 'name', label: 'Name' },
  { type: 'field', name: 'wish', input: 'text', label: 'A wish' },
  {
    type: 'field',
    name: 'size',
    input: 'select',
    label: 'Size',
    options: [
      { value: 's', text: 'Small' },
      { value: 'l', text: 'Large' },
    ],
  },
  {
    type: 'field',
    name: 'sms',
    input: 'checkbox',
    label: 'Write to my telephone as well',
    consent: 'sms',
  },
  { type: 'rating', name: 'design', scale: 'stars', label: 'How do you like it?' },
  { type: 'text', runs: ['You agree to e-mails from us.'], consent: 'email' },
  { type: 'button', text: 'Send', action: 'submit', step: 'score' },
];

export const SCORE: PlainBlock[] = [
  {
    type: 'rating',
    name: 'nps',
    scale: 'nps',
    label: 'Would you recommend us?',
    low: 'Never',
    high: 'Surely',
    next: [
      { from: 0, to: 6, step: 'reason' },
      { from: 7, to: 10, step: 'thanks' },
    ],
  },
];
export const FACES: PlainBlock[] = [
  { type: 'rating', name: 'mood', scale: 'faces', label: 'How was it?' },
  { type: 'rating', name: 'again', scale: 'thumbs', label: 'Again?' },
  { type: 'field', name: 'why', input: 'text', label: 'Why?' },
  { type: 'button', text: 'Done', action: 'submit', step: 'thanks' },
];
const THANKS: PlainBlock[] = [
  { type: 'heading', text: 'Thank you' },
  { type: 'button', text: 'Close it', action: 'close' },
];

/** Every block there is, over four steps. */
export function withAllBlocks(
  content: Partial<PlainContent> & Pick<PlainContent, 'kind'>,
  theme?: ContentTheme,
): PopupContent {
  const plain: PlainContent = {
    lang: 'en',
    closeLabel: 'Close',
    texts: TEXTS,
    blocks: OFFER,
    steps: [
      { id: 'form', blocks: FORM },
      { id: 'score', blocks: SCORE },
      { id: 'reason', blocks: FACES },
      { id: 'thanks', blocks: THANKS },
    ],
    ...content,
  };
  return readyContent(plain, theme);
}

/** Every kind there is. */
export const KINDS: Record<string, Partial<PlainContent> & Pick<PlainContent, 'kind'>> = {
  modal: { kind: 'modal' },
  'slide-in': { kind: 'slide-in', position: 'bottom-end' },
  bar: { kind: 'bar', position: 'top' },
  inline: { kind: 'inline', slot: 'hero' },
  launcher: { kind: 'modal', minimised: true, launcher: { text: 'Offer' } },
};

/** As short as most are. */
export function small(content: Partial<PlainContent> & Pick<PlainContent, 'kind'>): PopupContent {
  const plain: PlainContent = {
    lang: 'en',
    closeLabel: 'Close',
    texts: TEXTS,
    blocks: [
      { type: 'heading', text: 'Ten percent' },
      { type: 'text', runs: ['For everything in the shop.'] },
      { type: 'button', text: 'To the shop', action: 'url', href: '#shop' },
      { type: 'button', text: 'Later', action: 'close' },
    ],
    ...content,
  };
  return readyContent(plain, undefined);
}
