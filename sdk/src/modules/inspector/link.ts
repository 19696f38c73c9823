const KEY = 'beckon_inspect';
const IN_QUERY = /([?&])beckon_inspect=([^&#]*)(&?)/;

/**
 * The token of the link that has opened this page, or an earlier one of this tab. It leaves the address bar, so that
 * nobody passes it on with the page's address.
 */
export function takeToken(): string | undefined {
  const { href, search } = location;
  const brought = IN_QUERY.exec(search)?.[2];
  if (brought !== undefined)
    try {
      // The other parameters stay as they are written; `URLSearchParams` would write them its own way.
      const clean = href.replace(IN_QUERY, (_, before, __, after) => after && before);
      history.replaceState(history.state, '', clean);
    } catch {
      // Browsers limit how often a page may do this.
    }
  try {
    // Read by the core on the tab's next page.
    if (brought) sessionStorage.setItem(KEY, brought);
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
  } catch {
    // As above.
  }
}
