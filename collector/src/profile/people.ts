import type { Env } from '../env.ts';
import type { Elsewhere } from './rpc.ts';

type Profile = ReturnType<Env['PROFILES']['getByName']>;

/** Asks an object, or the person to whom it belongs. */
export async function askOwner<T extends object | null>(
  name: string,
  env: Env,
  ask: (profile: Profile, name: string) => Promise<T | Elsewhere>,
): Promise<T> {
  const result = await ask(env.PROFILES.getByName(name), name);
  return isElsewhere(result) ? askOwner(result.person, env, ask) : result;
}

function isElsewhere(result: object | null): result is Elsewhere {
  return result !== null && 'kind' in result && result.kind === 'elsewhere';
}
