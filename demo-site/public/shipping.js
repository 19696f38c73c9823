const RATE = 6;
const COUPON = 'SHIP0';
const KEY = 'tarn.coupon';

/** The coupon of this visit, or `null`. */
export const coupon = () => sessionStorage.getItem(KEY);
/** Dollars. */
export const cost = () => (coupon() === COUPON ? 0 : RATE);

/** @returns {boolean} whether the code is good */
export function redeem(code) {
  if (code.trim().toUpperCase() !== COUPON) return false;
  sessionStorage.setItem(KEY, COUPON);
  return true;
}

export const used = () => sessionStorage.removeItem(KEY);
