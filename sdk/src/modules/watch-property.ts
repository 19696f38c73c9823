type Holder = Record<string, unknown>;

const isObject = (value: unknown): value is object => Object(value) === value;

/**
 * Hands to `use` what a property of the page's holds, now and whenever it is assigned anew, as tools do when they
 * have loaded. The page finds there what `use` returned. One value is used once, however often it is assigned.
 */
export function watchProperty(holder: object, key: string, use: (value: object) => object): void {
  const object = holder as Holder;
  /** What the page gave and what it got for it; the latter also for itself, for pages assign what they have read. */
  const known = new WeakMap<object, object>();
  const adopt = (value: unknown): unknown => {
    if (!isObject(value)) return value;
    let used = known.get(value);
    if (!used) {
      used = value;
      try {
        used = use(value);
      } catch {
        // A value that resists (frozen, a proxy): the page keeps it as it is.
      }
      known.set(value, used).set(used, used);
    }
    return used;
  };
  const settle = () => {
    object[key] = adopt(object[key]);
  };

  // Another script, or another copy of us, may be watching here: what it makes of a value is what we adopt.
  const before = Object.getOwnPropertyDescriptor(object, key);
  let current = adopt(object[key]);
  try {
    Object.defineProperty(object, key, {
      configurable: true,
      enumerable: true,
      get: () => current,
      set(value) {
        before?.set?.call(object, value);
        current = adopt(before?.get ? before.get.call(object) : value);
      },
    });
  } catch {
    // A `var` of a classic script cannot be redefined; it is looked at again whenever a script has run.
    settle();
    document.addEventListener('load', settle, true);
  }
}
