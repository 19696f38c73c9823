import type { PopupBlock, PopupContent, RatingScale } from '../../../../sdk/src/message.ts';

/** What rules depend on. */
export interface Shown extends Pick<PopupContent, 'kind' | 'position' | 'picture'> {
  tab: boolean;
  /** Of all steps. */
  blocks: readonly PopupBlock[];
}

/**
 * Rules, and when a content needs them. Names of classes and elements are a contract with the renderer
 * (sdk/src/onsite/), whose file a browser may keep for a day: a name that it sets never changes its meaning, and an old
 * one stays for as long.
 */
export interface Part {
  needs(shown: Shown): boolean;
  css: string;
}

export const isKind =
  (...kinds: PopupContent['kind'][]) =>
  ({ kind }: Shown) =>
    kinds.includes(kind);

export const hasBlock =
  (...types: PopupBlock['type'][]) =>
  ({ blocks }: Shown) =>
    blocks.some(({ type }) => types.includes(type));

export const hasScale =
  (...scales: RatingScale[]) =>
  ({ blocks }: Shown) =>
    blocks.some((block) => block.type === 'rating' && scales.includes(block.scale));

export const both =
  (...all: Part['needs'][]) =>
  (shown: Shown) =>
    all.every((needs) => needs(shown));

/** Without comments, and the space that says nothing. Selectors keep theirs, which may mean "within". */
export function minified(css: string): string {
  return css
    .replace(/\/\*.*?\*\//gs, '')
    .replace(/\s+/g, ' ')
    .replace(/ ?([{};,]) ?/g, '$1')
    .replace(/: /g, ':')
    .replaceAll(';}', '}')
    .trim();
}
