/** The pool of codes that `second-look` and `welcome-back` give away, one to a person. */
export const WELCOME_POOL = { id: 'welcome', name: 'Welcome codes: free shipping', size: 200 };

/** Without those that are mistaken for one another (Crockford's base 32). */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const CODES = ALPHABET.length ** 4;

/** `WELCOME-` and four characters, in no order that lets the next one be guessed at a glance; the same ones always. */
export function welcomeCodes(): string[] {
  return Array.from({ length: WELCOME_POOL.size }, (_, index) => {
    // An odd factor reaches each number below a power of two once.
    const number = ((index + 1) * 648_061 + 5_113) % CODES;
    const characters = [15, 10, 5, 0].map((shift) => ALPHABET[(number >> shift) & 31]);
    return `WELCOME-${characters.join('')}`;
  });
}
