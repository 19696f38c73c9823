import type { Beckon } from '../api.ts';
import type { Consent } from '../consent.ts';
import type { Options } from '../options.ts';
import type { VisitorState } from '../visitor.ts';
export function start(beckon: Beckon): void {
  void beckon;
}
export function choose(choice: Parameters<Beckon['consent']>[0], before: Consent | undefined): Consent {
  return (choice as Consent) ?? before;
}
export async function erase(name: string, site: Options, state?: VisitorState): Promise<void> {
  void name;
  void site;
  void state;
}
