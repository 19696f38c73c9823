import { textsOf } from './content-texts.ts';
import type { Facts } from './field-lookup.ts';
import { nearest } from './field-lookup.ts';
import { error, type Problem, warning } from './problem.ts';
import { templateFaults } from './template-faults.ts';

/** `{{ visitor.traits.first_name | upcase }}`: the path, and what is done with it. */
const OUTPUT = /\{\{-?\s*([a-z_][\w.-]*)([^}]*)\}\}/gi;
const CONDITION = /\{%-?\s*(?:if|elsif|unless|case)\s([^%]*)%\}/g;
const FACT = /\bfacts\.([a-z]\w*)/gi;

/** What personal texts get wrong, or leave empty. */
export function validateTemplates(content: object, pointer: string, facts: Facts): Problem[] {
  const faults = templateFaults(content);
  const broken = new Set(faults.map((fault) => fault.pointer));
  return [
    ...faults.map((fault) => error(`${pointer}${fault.pointer}`, fault.message)),
    ...textsOf(content).flatMap(({ text, pointer: at }) =>
      broken.has(at)
        ? []
        : [...gaps(text, `${pointer}${at}`), ...undefinedFacts(text, `${pointer}${at}`, facts)],
    ),
  ];
}

/** Names of what an audience defines, as texts use them. */
export function factsInTexts(content: object): string[] {
  return textsOf(content).flatMap(({ text }) => factsIn(text));
}

function factsIn(text: string): string[] {
  const parts = text.match(/\{[{%].*?[%}]\}/gs) ?? [];
  return parts.flatMap((part) => [...part.matchAll(FACT)].map(([, name]) => name ?? ''));
}

/** Traits without which a sentence has a hole. */
function gaps(text: string, pointer: string): Problem[] {
  const asked = [...text.matchAll(CONDITION)].map(([, condition]) => condition ?? '').join(' ');
  const missing = [...text.matchAll(OUTPUT)].flatMap(([, path = '', filters = '']) => {
    const isSafe = /\|\s*default\s*:/.test(filters) || asked.includes(path);
    return path.startsWith('visitor.traits.') && !isSafe ? [path] : [];
  });
  return [...new Set(missing)].map((path) =>
    warning(
      pointer,
      `Where ${path.slice('visitor.traits.'.length)} is not known, the text has a gap. Say what stands there instead: {{ ${path} | default: "…" }}.`,
    ),
  );
}

function undefinedFacts(text: string, pointer: string, facts: Facts): Problem[] {
  const names = [...new Set(factsIn(text))].filter((name) => !Object.hasOwn(facts, name));
  return names.map((name) => {
    const meant = nearest(name, Object.keys(facts));
    const hint = meant === null ? '' : ` Did you mean "${meant}"?`;
    return warning(pointer, `"${name}" is not defined for this audience, so nothing stands there.${hint}`);
  });
}
