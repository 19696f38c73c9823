import type { Beckon } from '../api.ts';
import type { OverheardTool } from './overheard.ts';
import { watchProperty } from './watch-property.ts';

type Fields = Record<string, unknown>;
/** `group` and `alias` where the client has them. */
type Calls = Beckon & {
  group?(id: unknown, traits: unknown): void;
  alias?(id: unknown, previous: unknown): void;
};

const METHODS = ['track', 'page', 'identify', 'group', 'alias', 'reset'];

/** `analytics.*`: a queue until analytics.js has loaded, then its object. */
export function hearSegment(beckon: Calls, tool: OverheardTool, pages: boolean): void {
  tool.onCall(([method, first, second, third]) => {
    if (method === 'track') beckon.track(first as string, second as Fields);
    if (method === 'identify') {
      if (typeof first === 'object' && first) beckon.identify(first as Fields);
      else if (first) beckon.identify(String(first), second as Fields);
      else if (second) beckon.identify(second as Fields);
    }
    if (method === 'page' && pages) {
      // page([category], [name], [properties])
      const names = [first, second].filter((part) => typeof part === 'string');
      const [name, category] = names.reverse();
      const properties = [first, second, third].find((part) => typeof part === 'object' && part);
      beckon.page({
        ...(properties as Fields),
        ...(name ? { name } : {}),
        ...(category ? { category } : {}),
      });
    }
    if (method === 'group') beckon.group?.(first, second);
    if (method === 'alias') beckon.alias?.(first, second);
    if (method === 'reset') beckon.reset();
  });
  watchProperty(window, 'analytics', (analytics) =>
    Array.isArray(analytics) ? tool.queue(analytics) : tool.methods(analytics, METHODS),
  );
}
