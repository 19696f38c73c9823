import { watchProperty } from './watch-property.ts';

/** Hands over each entry of the page's `dataLayer` once: those from before, and those that are pushed from now on. */
export function watchDataLayer(use: (entry: object) => void): void {
  const page = window as unknown as { dataLayer?: unknown };
  // Code that only asks whether the name exists must find what it expects there.
  page.dataLayer ??= [];
  const seen = new WeakSet<object>();
  /** Entries pushed in this task: where another tool has wrapped `push`, too, one comes by several times. */
  const passing = new Set<unknown>();
  function hear(entry: unknown) {
    try {
      if (passing.has(entry)) return;
      passing.add(entry);
      queueMicrotask(() => passing.delete(entry));
      seen.add(entry as object);
      use(entry as object);
    } catch {
      // No object, or one with a getter that throws.
    }
  }

  watchProperty(window, 'dataLayer', (layer) => {
    // A new array may have been made of the old one.
    for (const entry of [...(layer as object[])]) if (!seen.has(entry)) hear(entry);
    watchProperty(
      layer,
      'push',
      (push) =>
        function (this: unknown[], ...entries: unknown[]) {
          entries.forEach(hear);
          return (push as typeof Array.prototype.push).apply(this, entries);
        },
    );
    return layer;
  });
}
