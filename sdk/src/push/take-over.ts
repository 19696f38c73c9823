/** A worker of the shop's, by what is registered. */
export interface Registered {
  /** Absolute URLs. */
  scope: string;
  script: string;
}

const withoutQuery = (url: string) => url.replace(/[?#].*/, '');

/**
 * The registrations that give way to ours: what another script holds at our scope, for a push would wake it instead of
 * ours, and wherever the worker is that the site has named. Tools pass their settings in the worker's query string, so that it does
 * not count.
 * @param worker - URL of ours
 * @param old - URL of the named one, if there is one
 */
export function givingWay<T extends Registered>(
  registered: readonly T[],
  worker: string,
  old: string | undefined,
): T[] {
  const scope = new URL('.', worker).href;
  const ours = withoutQuery(worker);
  return registered.filter(({ scope: at, script }) => {
    const file = withoutQuery(script);
    return file !== ours && (at === scope || (old && file === withoutQuery(old)));
  });
}
