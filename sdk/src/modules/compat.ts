import type { Beckon } from '../api.ts';
import { chosen } from './chosen.ts';
import { hearKlaviyo } from './klaviyo.ts';
import { createListener } from './overheard.ts';
import { hearSegment } from './segment.ts';
import { hearYespo } from './yespo.ts';

/**
 * Takes over what the page tells to another tool, under that tool's names, while the tool goes on working:
 * `segment`, `yespo`, `klaviyo`. `pages` takes over their page views as well, for sites with `pageViews: false`.
 */
export function start(beckon: Beckon, setting: string): void {
  const has = chosen(String(setting).replace('pages', ''));
  // Ours are automatic; with theirs each page would count twice.
  const pages = /\bpages\b/.test(setting);
  if (has('segment')) hearSegment(beckon, createListener(), pages);
  if (has('yespo')) hearYespo(beckon, createListener(), pages);
  if (has('klaviyo')) hearKlaviyo(beckon, createListener());
}
