import { allBlocks } from './content.ts';
import type { ContentBlock } from './content-schema.ts';

/** Whether a button of it has the browser ask for push: such a popup is for browsers that can be asked. */
export function asksForPush(content: {
  blocks: ContentBlock[];
  steps?: { blocks: ContentBlock[] }[];
}): boolean {
  return allBlocks(content).some((block) => block.type === 'button' && block.action === 'push');
}

/** What the armed popup tells of it. */
export const needsOf = (content: Parameters<typeof asksForPush>[0] | null): { needs?: 'push' } =>
  content && asksForPush(content) ? { needs: 'push' } : {};
