/**
 * Whether a URL path matches a glob, in which `*` stands for any run of characters (`/checkout*`, `/*`).
 * Linear in the path for each `*`: no regular expression is made of a marketer's text.
 */
export function pathMatches(glob: string, path: string): boolean {
  const [head = '', ...rest] = glob.split('*');
  if (rest.length === 0) return path === head;
  if (!path.startsWith(head)) return false;
  const tail = rest.pop() ?? '';
  let at = head.length;
  for (const part of rest) {
    const found = path.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return path.length - tail.length >= at && path.endsWith(tail);
}
