import { analyzeSync } from 'liquidjs';
import { hasLiquid, parse } from '../campaigns/liquid.ts';
import { targetFault } from './target.ts';

/** The whole address is one secret, such as those that chat tools hand out. */
const SECRET = /^\s*\{\{-?\s*secrets\.[a-z][a-z0-9_]*\s*-?\}\}\s*$/;
/** A scheme and a host that no value can change. */
const ORIGIN = /^https?:\/\/[^/?#{}\\\s]+(?=[/?#]|$)/i;

/** Why an address, or what it is a template of, can be that of no webhook; `null`: it may. */
export function urlFault(template: string, extraOrigins: readonly string[]): string | null {
  if (SECRET.test(template)) return null;
  const origin = ORIGIN.exec(template.trim())?.[0];
  if (origin === undefined) {
    return 'must be an address such as https://api.example.com/…, with its host as it is; or one secret that is the whole address: {{ secrets.name }}';
  }
  const fault = targetFault(hasLiquid(template) ? `${origin}/` : template.trim(), extraOrigins);
  return fault === null ? null : `cannot be asked: ${fault}`;
}

/** The names of the secrets that templates read; `null` among them: one is not named, but computed. */
export function secretsIn(templates: readonly string[]): (string | null)[] {
  const names = new Set<string | null>();
  for (const template of templates.filter(hasLiquid)) {
    for (const { segments } of Object.values(analyzeSync(parse(template)).globals).flat()) {
      const [root, name] = segments;
      if (root === 'secrets') names.add(typeof name === 'string' ? name : null);
    }
  }
  return [...names];
}
