import type { Env } from '../env.ts';
import { isGivenUp, PARALLEL } from './pace.ts';

export interface Asked {
  /** The last one of whom it is known; `null`: of nobody. */
  cursor: string | null;
  looked: number;
  passedOver: number;
  unreached: number;
  /** How often the first of those who have to be asked again has failed; 0: all have answered. */
  failures: number;
}

/**
 * Asks these people to take a message, six at a time.
 *
 * @param profiles in order
 * @param broadcast as it is told
 * @param failed how often each has failed so far; kept up to date
 */
export async function askAll(
  profiles: readonly string[],
  broadcast: string,
  env: Pick<Env, 'PROFILES'>,
  failed: Map<string, number>,
): Promise<Asked> {
  const answers = new Map<string, 'received' | 'passed_over'>();
  const queue = [...profiles];
  const work = async () => {
    for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
      try {
        const { kind } = await env.PROFILES.getByName(name).receive({ broadcast });
        answers.set(name, kind);
        failed.delete(name);
      } catch (error) {
        console.warn(`A profile could not be asked to take a broadcast's message.`, error);
        failed.set(name, (failed.get(name) ?? 0) + 1);
      }
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));

  const asked: Asked = { cursor: null, looked: 0, passedOver: 0, unreached: 0, failures: 0 };
  // What comes behind somebody who has to be asked again is asked again with him: it knows the message by then.
  for (const name of profiles) {
    const answer = answers.get(name);
    const failures = failed.get(name) ?? 0;
    if (!answer && !isGivenUp(failures, answers.size > 0)) return { ...asked, failures };
    asked.cursor = name;
    asked.looked++;
    if (answer === 'passed_over') asked.passedOver++;
    if (!answer) asked.unreached++;
    failed.delete(name);
  }
  return asked;
}
