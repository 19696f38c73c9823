import type { Beckon } from '../api.ts';

const MAX_PER_PAGE = 5;
const MAX_LENGTH = 200;

/**
 * Whether a file is one of ours: beside this one, and of a name of ours. A site's bundler that has put this code
 * into a file of its own leaves nothing to tell by.
 */
export function isOurs(source: string, self = import.meta.url): boolean {
  const [, home] = /^(.*\/)signals\.js/.exec(self) ?? [];
  const [, folder] =
    /^(.*\/)(?:beckon|onsite|consent|stay|ecommerce|compat|signals|debug)\.js/.exec(source) ?? [];
  return !!home && home === folder;
}

/** Reports `js_error` with message, source and line: each once, at most five a page. */
export function watchErrors(track: Beckon['track']): void {
  let page = '';
  const reported = new Set<string>();

  function report(text: unknown, source: string, line: number) {
    const message = String(text).slice(0, MAX_LENGTH);
    // Other origins' errors without detail, a browser's remark about layout, extensions, we: nobody here can mend them.
    if (
      /^(Script error|ResizeObserver loop)/.test(message) ||
      /^\w+-extension:/.test(source) ||
      isOurs(source)
    )
      return;
    if (page !== location.pathname) reported.clear();
    page = location.pathname;
    const key = [message, source, line].join();
    if (reported.has(key) || reported.size >= MAX_PER_PAGE) return;
    reported.add(key);
    track('js_error', { message, source: source.replace(/[?#].*/, ''), line });
  }

  addEventListener('error', ({ message, filename, lineno }) => {
    // Images and scripts that do not load raise events without a message.
    if (message) report(message, filename ?? '', lineno ?? 0);
  });
  addEventListener('unhandledrejection', ({ reason }) => {
    try {
      // Of `Error: text\n    at f (https://shop.example/app.js:12:3)`, or Firefox's `f@https://…:12:3`.
      const [, source = '', line = '0'] =
        /(?:\(|@|at )((?:https?|[\w-]+-extension):[^\s()]+?):(\d+):\d+/.exec(String(reason?.stack)) ?? [];
      report(reason?.message ?? reason, source, Number(line));
    } catch {
      // Promises can fail with anything, also with what cannot be read; ours must not be the next error.
    }
  });
}
