import { analyzeSync, type StaticAnalysis } from 'liquidjs';
import { textsOf } from './content-texts.ts';
import { FILTERS, hasLiquid, parse, rendererOf, TAGS, VARIABLES } from './liquid.ts';

/** A mistake in a template, for the marketer who wrote it. */
export interface TemplateFault {
  /** JSON pointer (RFC 6901) into the content. */
  pointer: string;
  message: string;
}

/** What is wrong with the Liquid in the texts of a content, before any visitor sees it; empty when nothing is. */
export function templateFaults(content: object): TemplateFault[] {
  return textsOf(content)
    .filter(({ text }) => hasLiquid(text))
    .flatMap(({ text, pointer }) => faultsOf(text).map((message) => ({ pointer, message })));
}

/** Whether a content says anything of who the visitor is. */
export function usesPersonData(content: object): boolean {
  return variablesIn(content).has('visitor');
}

/** Every name that the templates of a content start from (`visitor`, `cart` …); none of those that cannot be read. */
export function variablesIn(content: object): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { text } of textsOf(content)) {
    if (!hasLiquid(text)) continue;
    try {
      for (const name of rootsOf(analyzeSync(parse(text)).variables)) names.add(name);
    } catch {
      // Such a content cannot be published, nor shown.
    }
  }
  return names;
}

/**
 * What is wrong with one template, as sentences.
 *
 * @param more names that it may read besides those that popups read
 */
export function faultsOf(text: string, more: readonly string[] = []): string[] {
  try {
    const { globals, locals } = analyzeSync(parse(text));
    const names = [...VARIABLES, ...more];
    const known = [...names, ...rootsOf(locals)];
    const unknown = rootsOf(globals).filter((name) => !known.includes(name));
    if (unknown.length > 0) return unknown.map((name) => unknownVariable(name, names));
    rendererOf({}, { locale: 'en', timezoneOffset: 'UTC', currency: 'USD', now: 0 }).text(text);
    return [];
  } catch (fault) {
    return [inWords(fault instanceof Error ? fault.message : String(fault))];
  }
}

function rootsOf(variables: StaticAnalysis['variables']): string[] {
  return Object.values(variables).flatMap((found) => found.map(({ segments: [root] }) => String(root)));
}

function unknownVariable(name: string, names: readonly string[]): string {
  return `There is nothing called "${name}". A value starts with ${listed(names)}, as in {{ visitor.traits.first_name }}.`;
}

/** What liquidjs says, without its positions. */
function inWords(message: string): string {
  const said = message.replace(/, (file:.*, )?line:\d+, col:\d+$/s, '');
  const filter = /^undefined filter: (.*)$/s.exec(said)?.[1];
  if (filter) return `There is no filter called "${filter}". There are ${listed(FILTERS)}.`;
  const tag = /^tag "(.*)" not found$/s.exec(said)?.[1];
  if (tag) return `{% ${tag} %} cannot be used here. There are ${listed(TAGS)}.`;
  const open = /^(?:tag|output) "?(.*?)"? not closed$/s.exec(said)?.[1];
  if (open) return `${open} is opened and never closed.`;
  return `This cannot be read: ${said}.`;
}

function listed(names: readonly string[]): string {
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
