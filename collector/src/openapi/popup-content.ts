import { z } from 'zod';
import type { ArmedMessage, PopupContent } from '../../../sdk/src/message.ts';
import { trigger } from '../campaigns/trigger-schema.ts';

const text = z.string();
const optional = text.exactOptional();
const flag = z.boolean().exactOptional();

export const armedMessage = z
  .strictObject({
    id: text,
    cause: text.meta({ description: 'The messageId that caused it.' }),
    campaign: text.meta({ description: '`id@version`' }),
    variant: text,
    kind: z
      .enum(['modal', 'slide-in', 'bar', 'inline', 'launcher'])
      .exactOptional()
      .meta({ description: '`modal` when absent.' }),
    slot: optional.meta({ description: 'Of an inline one: the `data-beckon-slot` for which it waits.' }),
    needs: z
      .literal('push')
      .exactOptional()
      .meta({ description: 'It asks for push, and is claimed only where the browser can be asked.' }),
    triggers: z.array(trigger),
  })
  .meta({ id: 'ArmedMessage' }) satisfies z.ZodType<ArmedMessage>;

const picture = {
  src: text.meta({ description: 'https:, or a path of the collector.' }),
  width: z.int().meta({ description: 'CSS px.' }),
  height: z.int(),
  alt: text.meta({ description: 'Empty for a picture that only decorates.' }),
};
const run = z.union([text, z.strictObject({ text, bold: flag, italic: flag, href: optional })]);
const consent = {
  consent: z
    .enum(['email', 'sms', 'push', 'whatsapp', 'phone'])
    .exactOptional()
    .meta({ description: 'The channel to which this text agrees.' }),
  doubleOptIn: flag.meta({ description: 'Whether the agreement must still be confirmed there.' }),
};
const button = { type: z.literal('button'), text };

const block = z
  .union([
    z.strictObject({ type: z.literal('heading'), text }),
    z.strictObject({ type: z.literal('text'), runs: z.array(run), ...consent }),
    z.strictObject({ type: z.literal('image'), ...picture }),
    z.strictObject({
      type: z.literal('coupon'),
      code: text,
      label: optional,
      apply: z.strictObject({ text, href: text }).exactOptional(),
    }),
    z.strictObject({ ...button, action: z.literal('close') }),
    z.strictObject({ ...button, action: z.literal('url'), href: text }),
    z.strictObject({ ...button, action: z.literal('copy'), code: text }),
    z.strictObject({ ...button, action: z.literal('step'), step: text }),
    z.strictObject({ ...button, action: z.literal('call'), name: text }),
    z.strictObject({ ...button, action: z.literal('submit'), step: optional }),
    z
      .strictObject({ ...button, action: z.literal('push'), step: optional })
      .meta({ description: 'Has the browser ask whether the site may send push messages.' }),
    z.strictObject({
      type: z.literal('field'),
      name: text,
      input: z.enum(['email', 'phone', 'name', 'text', 'select', 'checkbox']),
      label: text,
      tag: z.enum(['input', 'select', 'textarea']),
      attributes: z
        .strictObject({
          type: z.enum(['text', 'email', 'tel', 'checkbox']).exactOptional(),
          autocomplete: z.enum(['email', 'tel', 'name']).exactOptional(),
          pattern: optional,
          maxLength: z.int().exactOptional(),
          placeholder: optional,
          required: flag,
        })
        .meta({ description: 'Properties of the element, by which the browser checks the answer.' }),
      fault: optional.meta({ description: 'What is said of an answer that is there, but none.' }),
      options: z.array(z.strictObject({ value: text, text })).exactOptional(),
      ...consent,
    }),
    z.strictObject({
      type: z.literal('rating'),
      name: text,
      scale: z.enum(['nps', 'stars', 'faces', 'thumbs']),
      label: text,
      options: z
        .array(
          z.strictObject({
            value: text,
            label: text.meta({ description: 'Accessible name.' }),
            icon: optional.meta({ description: 'SVG path data in a box of 24 by 24.' }),
          }),
        )
        .meta({ description: 'From worst to best.' }),
      required: flag,
      low: optional,
      high: optional,
      next: z.array(z.strictObject({ from: z.int(), to: z.int(), step: text })).exactOptional(),
    }),
    z.strictObject({
      type: z.literal('countdown'),
      until: text.meta({ description: 'ISO 8601.' }),
      label: optional,
      expired: optional,
    }),
    z.strictObject({
      type: z.literal('products'),
      items: z.array(
        z.strictObject({
          name: text,
          price: optional,
          href: optional,
          image: z.strictObject(picture).exactOptional(),
        }),
      ),
    }),
    z.strictObject({ type: z.literal('spacer'), size: z.enum(['small', 'medium', 'large']) }),
  ])
  .meta({ id: 'PopupBlock' });

export const popupContent = z
  .strictObject({
    kind: z.enum(['modal', 'slide-in', 'bar', 'inline']),
    position: z.enum(['top', 'bottom', 'top-start', 'top-end', 'bottom-start', 'bottom-end']).exactOptional(),
    slot: optional,
    launcher: z
      .strictObject({ text })
      .exactOptional()
      .meta({ description: 'The tab that is left when the visitor closes it.' }),
    minimised: flag.meta({ description: 'It begins as its tab.' }),
    lang: text,
    dir: z.enum(['ltr', 'rtl']).exactOptional(),
    closeLabel: text,
    title: text.meta({ description: 'Its accessible name.' }),
    css: text.meta({ description: 'The style sheet of its shadow root.' }),
    texts: z
      .strictObject({
        copy: optional,
        copied: optional,
        required: optional,
        days: optional,
        hours: optional,
        minutes: optional,
        seconds: optional,
      })
      .exactOptional()
      .meta({ description: "The client's own texts, as far as the blocks need them." }),
    picture: z.enum(['top', 'start', 'end']).exactOptional(),
    blocks: z.array(block),
    steps: z
      .array(z.strictObject({ id: text, blocks: z.array(block) }))
      .exactOptional()
      .meta({ description: 'What its buttons and scores lead to.' }),
    dataLayer: flag.meta({ description: 'Whether what happens to it is pushed to `dataLayer`.' }),
  })
  .meta({ id: 'PopupContent' }) satisfies z.ZodType<PopupContent>;
