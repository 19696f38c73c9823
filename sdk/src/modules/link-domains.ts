import type { Beckon } from '../api.ts';
import type { Options } from '../options.ts';
export function start(beckon: Beckon, site: Options): void {
  void beckon;
  void site;
}
