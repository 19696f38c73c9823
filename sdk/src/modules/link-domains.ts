import type { Beckon } from '../api.ts';
export function start(beckon: Beckon, setting: string): void {
  void beckon;
  void setting;
}
