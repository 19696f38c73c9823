/** An address in a text, up to where punctuation of the sentence around it begins. */
const ADDRESS = /https?:\/\/[^\s"'<>()[\]{}\\^`|«»“”]*[^\s"'<>()[\]{}\\^`|«»“”.,;:!?…]/gi;

/**
 * A text whose links to the shop carry these parameters, so that a click can be told; others, and the rest of each
 * link, stay as they are.
 *
 * @param origins of the shop's pages
 */
export function markLinks(
  text: string,
  origins: readonly string[],
  parameters: Readonly<Record<string, string>>,
): string {
  return text.replace(ADDRESS, (link) => {
    if (!URL.canParse(link)) return link;
    const { origin, searchParams } = new URL(link);
    if (!origins.includes(origin)) return link;
    const [page = '', ...hash] = link.split('#');
    const added = Object.entries(parameters)
      .filter(([name]) => !searchParams.has(name))
      .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
      .join('&');
    const joint = added === '' ? '' : page.includes('?') ? '&' : '?';
    return [`${page}${joint}${added}`, ...hash].join('#');
  });
}
