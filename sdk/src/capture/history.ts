/**
 * Tells of navigations within the page where there is no Navigation API (Firefox before 147, Safari before 26.2).
 * @param navigated - called after each, with whether the entry was replaced
 */
export function watchHistory(navigated: (replaced: boolean) => void): void {
  for (const name of ['pushState', 'replaceState'] as const) {
    const original = history[name];
    // The page's method as it was: `this` and its exceptions included.
    history[name] = function (...args) {
      original.apply(this, args);
      try {
        navigated(name === 'replaceState');
      } catch {
        // Counting must not break routing.
      }
    };
  }
  addEventListener('popstate', () => navigated(false));
}
