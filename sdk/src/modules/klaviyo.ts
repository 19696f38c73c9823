import type { Beckon } from '../api.ts';
import type { OverheardTool } from './overheard.ts';
import { watchProperty } from './watch-property.ts';

type Fields = Record<string, unknown>;

/** `klaviyo.track(…)`, `klaviyo.push(['track', …])` and the older `_learnq.push(['track', …])`. */
export function hearKlaviyo(beckon: Beckon, tool: OverheardTool): void {
  tool.onCall(([method, first, second]) => {
    if (method === 'track') beckon.track(first as string, second as Fields);
    if (method === 'identify') beckon.identify(first as Fields);
  });
  // The snippet's `klaviyo` is a proxy whose methods all push to `_klOnsite`.
  for (const name of ['klaviyo', '_klOnsite', '_learnq'])
    watchProperty(window, name, (given) =>
      Array.isArray(given) ? tool.queue(given) : tool.methods(given, ['push', 'track', 'identify']),
    );
}
