/** What `/profiles/:ref` takes for a profile; `null` when it has neither a user id nor a device. */
export function profileRef(userId: string | null, anonymousId: string | null): string | null {
  if (userId !== null) return `user:${userId}`;
  return anonymousId === null ? null : `anonymous:${anonymousId}`;
}
