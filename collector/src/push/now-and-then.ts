const MAX_KEPT = 10_000;

/** Lets each key through once in so many ms, in this isolate: for what every visitor's page would write again. */
export class NowAndThen {
  readonly #everyMs: number;
  readonly #passed = new Map<string, number>();

  constructor(everyMs: number) {
    this.#everyMs = everyMs;
  }

  /** Whether it is let through, which it then was. @param now ms since the epoch */
  passes(key: string, now: number): boolean {
    const since = now - (this.#passed.get(key) ?? Number.NEGATIVE_INFINITY);
    // Negative when the clock was set back.
    if (since >= 0 && since < this.#everyMs) return false;
    if (this.#passed.size >= MAX_KEPT) this.#passed.clear();
    this.#passed.set(key, now);
    return true;
  }

  /** Lets keys that begin so through again at once. */
  forget(beginning: string): void {
    for (const key of this.#passed.keys()) if (key.startsWith(beginning)) this.#passed.delete(key);
  }
}
