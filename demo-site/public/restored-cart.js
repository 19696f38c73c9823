/** A cart that was left, here or on another device: a link of Beckon's brings it back. */

/** Of one thing, whatever a link says. */
const MOST = 99;

/**
 * This cart and the one that was left, in one. Of a thing that is in both the larger number counts: opening the link twice, or
 * where the cart still is, must not double it.
 * @param {import('/cart.js').Line[]} here
 * @param {{ item_id?: unknown, quantity?: unknown }[]} left
 * @param {(id: string) => object | undefined} itemOf - what the shop says of a thing today, the price above all;
 *   undefined where it sells it no more
 * @returns `isChanged`: whether it differs from `here`; `missing`: how many things are sold no more
 */
export function restored(here, left, itemOf) {
  const cart = here.map((line) => ({ ...line }));
  let isChanged = false;
  let missing = 0;
  for (const { item_id: id, quantity } of left) {
    const wanted = Math.min(Math.floor(Number(quantity ?? 1)), MOST);
    const sold = itemOf(String(id));
    if (!sold) missing++;
    if (!sold || !(wanted > 0)) continue;
    const line = cart.find((candidate) => candidate.item_id === id);
    if (line && line.quantity >= wanted) continue;
    if (line) line.quantity = wanted;
    else cart.push({ ...sold, quantity: wanted });
    isChanged = true;
  }
  return { cart, isChanged, missing };
}
