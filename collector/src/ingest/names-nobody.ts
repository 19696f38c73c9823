/** What shops and SDKs send for visitors, companies or numbers that they do not know; it would make one person of them all. */
export function namesNobody(id: string): boolean {
  return /^(null|undefined|anonymous|guest|none|nan|n\/a|true|false|-1|[0-]*|\[object object\])$/i.test(
    id.trim(),
  );
}
