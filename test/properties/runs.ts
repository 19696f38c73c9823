import type { Parameters } from 'fast-check';
import { env } from '../support/workerd/collector.ts';

/** Whether this is `npm run test:deep`, which multiplies the runs of each property. */
export const DEEP = env.RUNS > 1;

/** How often a property runs. A counterexample is made smaller only as long as the test may take, then it is printed. */
export function runs(numRuns: number): Pick<Parameters<unknown>, 'numRuns' | 'interruptAfterTimeLimit'> {
  return { numRuns: numRuns * env.RUNS, interruptAfterTimeLimit: DEEP ? 850_000 : 26_000 };
}
