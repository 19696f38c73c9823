/** A parameter of the query, however it is written, and what stands around it. */
const parameter = (name: string) => new RegExp(`([?&])${name}=([^&#]*)(&?)`);

/** What the address says under that name, as it is written; undefined where it is not there. */
export const readParameter = (name: string): string | undefined => parameter(name).exec(location.search)?.[2];

/** The same, and takes it out of the address bar, so that nobody passes it on with the page's address. */
export function takeParameter(name: string): string | undefined {
  const value = readParameter(name);
  if (value !== undefined)
    try {
      // The other parameters stay as they are written; `URLSearchParams` would write them its own way.
      const clean = location.href.replace(parameter(name), (_, before, __, after) => after && before);
      history.replaceState(history.state, '', clean);
    } catch {
      // Browsers limit how often a page may do this.
    }
  return value;
}

/** As it was before it was written into an address. */
export function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
