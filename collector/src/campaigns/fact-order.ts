/** Where an event stands in the total order of design §2; shorter than a message's own fields. `ms` since the epoch. */
export type EventKey = [ms: number, messageId: string];

/** As `compareMessages` has it. */
export function isEarlier(
  a: readonly [number, string, ...unknown[]],
  b: readonly [number, string, ...unknown[]],
): boolean {
  return a[0] !== b[0] ? a[0] < b[0] : a[1] < b[1];
}
