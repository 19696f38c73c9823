import type { Beckon } from '../api.ts';
import { watchForms } from './abandoned-forms.ts';
import { chosen } from './chosen.ts';
import { watchSearches } from './empty-searches.ts';
import { watchErrors } from './page-errors.ts';
import { watchRage } from './rage-clicks.ts';

/** Signs that a visitor is in trouble: `search`, `errors`, `rage`, `abandon`. */
export function start(beckon: Beckon, setting: string): void {
  const has = chosen(setting);
  if (has('search')) watchSearches(beckon);
  if (has('errors')) watchErrors(beckon.track);
  if (has('rage')) watchRage(beckon.track);
  if (has('abandon')) watchForms(beckon.track);
}
