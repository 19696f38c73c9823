import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';

/**
 * The secrets of a state folder: made at the first start, kept beside the state that they belong to, readable by
 * their owner alone.
 *
 * @param adminToken replaces the stored one when given
 * @throws when it has characters that would need quoting
 */
export function secretsOf(stateDir: string, adminToken?: string): { file: string; adminToken: string } {
  if (adminToken && !/^[\w-]+$/.test(adminToken)) {
    throw new Error('ADMIN_TOKEN may have letters, digits, _ and - only.');
  }
  const file = join(stateDir, 'secrets.env');
  const stored = existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {};
  const random = () => randomBytes(24).toString('base64url');
  const secrets = {
    ADMIN_TOKEN: adminToken || stored.ADMIN_TOKEN || random(),
    SIGNING_KEY: stored.SIGNING_KEY || random(),
  };
  const text = Object.entries(secrets)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}\n`)
    .join('');
  writeFileSync(file, text, { mode: 0o600 });
  chmodSync(file, 0o600);
  return { file, adminToken: secrets.ADMIN_TOKEN };
}
