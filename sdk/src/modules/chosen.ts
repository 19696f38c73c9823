/**
 * Which parts of a module the site has switched on: those that its option names (`"ga4 jsonld"`), and all of them
 * when it names none (`""`, `"true"`).
 */
export function chosen(setting: string): (part: string) => boolean {
  const names = String(setting).match(/[\w-]+/g) ?? ['true'];
  return (part) => names.includes('true') || names.includes(part);
}
