import { INSPECT_COOKIE, writeCookie } from '../../cookie.ts';
import { takeParameter } from '../address.ts';

/** How long a tab may go on from page to page, s. */
const SESSION_S = 14_400;

const KEY = 'beckon_inspect';

/**
 * The token of the link that has opened this page, or an earlier one of this tab. It leaves the address bar, so that
 * nobody passes it on with the page's address.
 */
export function takeToken(): string | undefined {
  const brought = takeParameter(KEY);
  try {
    if (brought) {
      sessionStorage.setItem(KEY, brought);
      // Read by the core on the next page, which may come after one of another site, where the order is paid.
      writeCookie(INSPECT_COOKIE, 'beckon', SESSION_S);
    }
    return brought || (sessionStorage.getItem(KEY) ?? undefined);
  } catch {
    // Storage is refused: this page alone.
    return brought;
  }
}

/** What the tab remembers of its earlier pages; `undefined` when there is nothing, or nothing that can be read. */
export function recall<T>(): T | undefined {
  try {
    return JSON.parse(sessionStorage.getItem(`${KEY}_seen`) ?? 'null') ?? undefined;
  } catch {
    return undefined;
  }
}

export function remember(seen: unknown): void {
  try {
    sessionStorage.setItem(`${KEY}_seen`, JSON.stringify(seen));
  } catch {
    // Refused or full: the next page begins anew.
  }
}

/** The inspector was closed: no page of this tab opens it again. */
export function forget(): void {
  try {
    sessionStorage.removeItem(KEY);
    sessionStorage.removeItem(`${KEY}_seen`);
    writeCookie(INSPECT_COOKIE, '', 0);
  } catch {
    // As above.
  }
}
