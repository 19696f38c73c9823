import { pathsIn } from './logic-faults.ts';
import type { Segment } from './schema.ts';

/** What changes although its visitor does nothing. */
const TIMED = [/^now\b/, /\.daysSince/, /\.hoursSince/, /\.minutesSince/];

/** Whether somebody may leave a segment by the passing of time alone. */
export function endsWithTime({ audience: { rule, facts } }: Pick<Segment, 'audience'>): boolean {
  return (
    Object.values(facts).some(({ within }) => within !== undefined) ||
    pathsIn(rule).some(({ path }) => TIMED.some((timed) => timed.test(path)))
  );
}
