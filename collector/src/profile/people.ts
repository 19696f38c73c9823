import type { Env } from '../env.ts';
import { deviceName } from './profile-name.ts';
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

/** Erases what a device has sent, with the device and with all people to whom it has belonged. */
export async function forgetDevice(site: string, anonymousId: string, env: Env): Promise<void> {
  const device = env.PROFILES.getByName(deviceName(site, anonymousId));
  for (const person of await device.forget(false)) {
    await askOwner<null>(person, env, (profile) => profile.forgetDevice(anonymousId));
  }
  await device.forget(true);
}
