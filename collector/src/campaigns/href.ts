import { z } from 'zod';

/**
 * Where a link in a popup may lead: a web address, an e-mail, a phone, or a place on the site itself. Browsers take `/\`
 * and a slash with a tab or a line break behind it for `//`, which leads to another site.
 */
export const HREF = /^(https?:|mailto:|tel:|\/(?![/\\\t\n\r])|#|\?)/i;

/** The address of a picture or product elsewhere on the web. */
export const HTTPS = /^https:\/\/[^\s"'<>\\]{1,2000}$/i;

/** A link as a draft has it. One that begins with Liquid is judged when it is rendered: see personalise.ts. */
export const href = z
  .string()
  .refine(
    (text) => HREF.test(text) || /^\s*\{[{%]/.test(text),
    'must start with https:, http:, mailto:, tel:, /, # or ?',
  );
