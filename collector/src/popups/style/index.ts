import type { PopupContent } from '../../../../sdk/src/message.ts';
import { allBlocks } from '../../campaigns/content.ts';
import type { ContentTheme } from '../../campaigns/content-schema.ts';
import { BASE } from './base.ts';
import { BLOCKS } from './blocks.ts';
import { hostRule, KINDS } from './kinds.ts';
import { minified, type Part, type Shown } from './part.ts';
import { themeRules } from './theme-rules.ts';

const PARTS: Part[] = [...BASE, ...BLOCKS, ...KINDS].map(({ needs, css }) => ({ needs, css: minified(css) }));

/** The style sheet of a content: the rules that it needs, in its colours, and no others. */
export function styleOf(
  content: Pick<PopupContent, 'kind' | 'dir' | 'position' | 'picture' | 'launcher' | 'blocks' | 'steps'>,
  theme: ContentTheme = {},
): string {
  const { kind, position, picture, launcher, dir = 'ltr' } = content;
  const shown: Shown = {
    kind,
    ...(position && { position }),
    ...(picture && { picture }),
    tab: launcher !== undefined,
    blocks: allBlocks(content),
  };
  const rules = PARTS.filter(({ needs }) => needs(shown)).map(({ css }) => css);
  const all = [hostRule(kind === 'inline', dir), ...rules].join('');
  return themeRules(theme, all) + all;
}
