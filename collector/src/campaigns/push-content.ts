import { z } from 'zod';
import { HREF } from './href.ts';

/** Texts are Liquid, so that a limit here is one on the template; what is sent is cut to size (push/payload.ts). */
const text = (max: number) => z.string().max(max);
const address = z.string().min(1).max(2_000);
const picture = z
  .string()
  .max(2_000)
  .refine(
    (value) => value.includes('{{') || HREF.test(value),
    'must be an address that begins with https://, or with /',
  );

/** What a push notification says, in one language. */
export const pushContent = z.strictObject({
  title: text(200).min(1),
  body: text(1_000).exactOptional(),
  /** Page of the shop that a click opens; `{{ cart.restore_url }}` reopens the cart that was left. */
  url: address,
  /** Square picture; of the library (`/v1/pictures/…`) or of the shop. */
  icon: picture.exactOptional(),
  /** Large picture, where the browser shows one. */
  image: picture.exactOptional(),
  /** Buttons, where the browser shows them: two at most. */
  actions: z
    .array(
      z.strictObject({
        action: z.string().regex(/^[A-Za-z0-9_-]{1,32}$/, 'must be 1 to 32 letters, digits, _ or -'),
        title: text(60).min(1),
        url: address,
      }),
    )
    .max(2)
    .exactOptional(),
});
export type PushContent = z.infer<typeof pushContent>;
