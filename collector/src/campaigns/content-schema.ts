import { z } from 'zod';
import { duration } from './duration.ts';
import { HTTPS, href } from './href.ts';

const hexColour = z.string().regex(/^#[0-9A-Fa-f]{6}$/, 'must be a colour such as #1a5f4a');

/** Families with or without quotation marks: nothing else can stand in a style sheet. */
const FONTS =
  /^(?:"[\w -]+"|'[\w -]+'|[\w-]+(?: [\w-]+)*)(?: ?, ?(?:"[\w -]+"|'[\w -]+'|[\w-]+(?: [\w-]+)*))*$/;

/** The address of a picture of the library. */
const LIBRARY = /^\/v1\/pictures\/[\w-]{1,64}\/[\w-]{1,64}\.(?:png|jpe?g|webp|avif)$/;

const textRun = z.union([
  z.string(),
  z.strictObject({
    text: z.string(),
    bold: z.boolean().exactOptional(),
    italic: z.boolean().exactOptional(),
    href: href.exactOptional(),
  }),
]);

const code = z.string().min(1).max(64);
const stepId = z.string().regex(/^[a-z0-9-]{1,32}$/, 'must be 1 to 32 lower-case letters, digits or hyphens');
const answerName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/, 'must be a letter, and up to 63 letters, digits, _ or -');
const channel = z.enum(['email', 'sms', 'push', 'whatsapp', 'phone']);
/** An agreement to be reached; with `doubleOptIn` it counts only when it was confirmed in the channel itself. */
const consent = { consent: channel.exactOptional(), doubleOptIn: z.boolean().exactOptional() };

const pixels = z.int().min(1).max(20_000);
const picture = {
  src: z
    .string()
    .refine(
      (src) => LIBRARY.test(src) || (HTTPS.test(src) && URL.canParse(src)),
      'must be a picture of the library, or start with https://',
    ),
  /** CSS px. */
  width: pixels,
  height: pixels,
  /** Empty for one that only decorates. */
  alt: z.string().max(1_000).default(''),
};

const coupon = z
  .strictObject({
    type: z.literal('coupon'),
    code: code.exactOptional(),
    /** Instead: each visitor has a code of his own from it; `fallback` is shown when none is left. */
    pool: z.string().min(1).max(64).exactOptional(),
    fallback: code.exactOptional(),
    label: z.string().exactOptional(),
    /** Puts the code into the cart; `{{ coupon.code }}` stands for it. */
    apply: z.strictObject({ text: z.string().min(1), href }).exactOptional(),
  })
  .refine(
    (block) => (block.code === undefined) !== (block.pool === undefined),
    'must have either a code or a pool',
  )
  .refine(
    (block) => block.fallback === undefined || block.pool !== undefined,
    'has a fallback, which only a pool needs',
  );

const button = { type: z.literal('button'), text: z.string().min(1) };
const buttons = z.discriminatedUnion('action', [
  z.strictObject({ ...button, action: z.literal('close') }),
  z.strictObject({ ...button, action: z.literal('url'), href }),
  z.strictObject({ ...button, action: z.literal('copy'), code }),
  z.strictObject({ ...button, action: z.literal('step'), step: stepId }),
  z.strictObject({ ...button, action: z.literal('call'), name: z.string().min(1).max(64) }),
  z.strictObject({ ...button, action: z.literal('submit'), step: stepId.exactOptional() }),
  z.strictObject({ ...button, action: z.literal('push'), step: stepId.exactOptional() }),
]);

const field = z.strictObject({
  type: z.literal('field'),
  name: answerName,
  input: z.enum(['email', 'phone', 'name', 'text', 'select', 'checkbox']),
  label: z.string().min(1),
  required: z.boolean().exactOptional(),
  placeholder: z.string().exactOptional(),
  /** Of a select. */
  options: z
    .array(z.strictObject({ value: z.string().min(1).max(200), text: z.string().min(1) }))
    .min(1)
    .max(300)
    .exactOptional(),
  ...consent,
});

const score = z.int().min(0).max(10);
const rating = z.strictObject({
  type: z.literal('rating'),
  name: answerName,
  scale: z.enum(['nps', 'stars', 'faces', 'thumbs']),
  label: z.string().min(1),
  low: z.string().exactOptional(),
  high: z.string().exactOptional(),
  /** Which step follows which scores, both ends included. */
  next: z
    .array(z.strictObject({ from: score, to: score, step: stepId }))
    .min(1)
    .max(11)
    .exactOptional(),
});

const countdown = z
  .strictObject({
    type: z.literal('countdown'),
    /** The same moment for everybody. */
    until: z.iso.datetime({ offset: true }).exactOptional(),
    /** Instead: so long for each visitor, from the first time that the campaign was shown to him. */
    for: duration.exactOptional(),
    label: z.string().exactOptional(),
    expired: z.string().exactOptional(),
  })
  .refine(
    (block) => (block.until === undefined) !== (block.for === undefined),
    'must have either "until" or "for"',
  );

const products = z
  .strictObject({
    type: z.literal('products'),
    /** What lies in the visitor's cart. */
    from: z.literal('cart').exactOptional(),
    max: z.int().min(1).max(6).exactOptional(),
    /** Instead: always these. */
    items: z
      .array(
        z.strictObject({
          name: z.string().min(1),
          price: z.string().exactOptional(),
          href: href.exactOptional(),
          image: z.strictObject(picture).exactOptional(),
        }),
      )
      .min(1)
      .max(6)
      .exactOptional(),
  })
  .refine(
    (block) => (block.from === undefined) !== (block.items === undefined),
    'must have either items, or "from": "cart"',
  )
  .refine(
    (block) => block.max === undefined || block.from !== undefined,
    'has "max", which only a cart needs',
  );

const block = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('heading'), text: z.string().min(1) }),
  z.strictObject({ type: z.literal('text'), runs: z.array(textRun).min(1), ...consent }),
  z.strictObject({ type: z.literal('image'), ...picture }),
  coupon,
  buttons,
  field,
  rating,
  countdown,
  products,
  z.strictObject({ type: z.literal('spacer'), size: z.enum(['small', 'medium', 'large']).exactOptional() }),
]);
const blocks = z.array(block).min(1).max(30);

const palette = {
  accent: hexColour.exactOptional(),
  background: hexColour.exactOptional(),
  text: hexColour.exactOptional(),
};

export const content = z.strictObject({
  kind: z.enum(['modal', 'slide-in', 'bar', 'inline', 'launcher']),
  /** Of a slide-in: a corner. Of a bar: `top` or `bottom`. */
  position: z.enum(['top', 'bottom', 'top-start', 'top-end', 'bottom-start', 'bottom-end']).exactOptional(),
  /** Of an inline one: the `data-beckon-slot` of the element on the page. */
  slot: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 letters, digits, _ or -')
    .exactOptional(),
  /** The tab that a launcher begins as, and that others leave when the visitor closes them. */
  launcher: z.strictObject({ text: z.string() }).exactOptional(),
  dir: z.enum(['ltr', 'rtl']).exactOptional(),
  /** Accessible name of the close button; the language's own when absent. */
  closeLabel: z.string().min(1).exactOptional(),
  theme: z
    .strictObject({
      ...palette,
      /** Where the visitor prefers dark; what is absent is as in light. */
      dark: z.strictObject(palette).exactOptional(),
      /** CSS px. */
      radius: z.number().min(0).max(32).exactOptional(),
      font: z
        .string()
        .max(100)
        .regex(FONTS, 'must be names of fonts with commas between them')
        .exactOptional(),
      spacing: z.enum(['compact', 'normal', 'roomy']).exactOptional(),
    })
    .exactOptional(),
  /** Where the first picture stands. */
  picture: z.enum(['top', 'start', 'end']).exactOptional(),
  blocks,
  steps: z
    .array(z.strictObject({ id: stepId, blocks }))
    .max(8)
    .refine((all) => new Set(all.map(({ id }) => id)).size === all.length, 'must have different ids')
    .exactOptional(),
});

/** What a variant shows in one language, as it is written: with Liquid in its texts, and coupons still to be drawn. */
export type Content = z.infer<typeof content>;
export type ContentBlock = Content['blocks'][number];
export type ContentTheme = NonNullable<Content['theme']>;
