import type { Beckon } from '../api.ts';
import type { JsonObject } from '../message.ts';

/** Reports `search_no_results` for a `search` that says it found nothing: `results: 0` (Yespo: `isFound: 0`). */
export function watchSearches(beckon: Beckon): void {
  beckon.on('call', (message) => {
    if (message.type !== 'track' || !/^(search|SearchRequest)$/.test(message.event)) return;
    const given = (message.properties?.SearchRequest ?? message.properties ?? {}) as JsonObject;
    const { search_term = given.search, results = given.isFound } = given;
    if (results === 0 || results === '0')
      beckon.track('search_no_results', { search_term: search_term ?? null });
  });
}
