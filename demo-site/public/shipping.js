const RATE = 6;
/** The one that everybody may use, and those that people were given; a back end would look up whose they are. */
const CODES = /^(SHIP0|WELCOME-[0-9A-Z]{4})$/;
const KEY = 'tarn.coupon';

/** The coupon of this visit, or `null`. */
export const coupon = () => sessionStorage.getItem(KEY);
/** Dollars. */
export const cost = () => (coupon() ? 0 : RATE);

/** @returns {boolean} whether the code is good */
export function redeem(code) {
  const given = code.trim().toUpperCase();
  if (!CODES.test(given)) return false;
  sessionStorage.setItem(KEY, given);
  return true;
}

export const used = () => sessionStorage.removeItem(KEY);
