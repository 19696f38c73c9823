import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { compile } from '../../collector/src/campaigns/logic.ts';
import type { Json } from '../../sdk/src/message.ts';

/** A case of the suites of github.com/json-logic/compat-tables, which are not part of this repository. */
interface Case {
  description: string;
  rule: Json;
  data?: Json;
  result?: Json;
  error?: { type: string };
}

/** Where the suites are, if they are: beside this repository, or where `JSONLOGIC_SUITES` says. */
const folder =
  process.env.JSONLOGIC_SUITES ?? fileURLToPath(new URL('../../../shared/conformance', import.meta.url));
const suites = existsSync(folder)
  ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(isSuite)
  : [];

function isSuite(file: string): boolean {
  return file.endsWith('.json') && !file.endsWith('index.json');
}

describe('an audience means here what it means to other JsonLogic engines', () => {
  for (const suite of suites) {
    const cases: (Case | string)[] = JSON.parse(readFileSync(join(folder, suite), 'utf8'));
    test.each(cases.filter((one) => typeof one !== 'string'))(`${suite}: $description`, (one) => {
      const outcome = outcomeOf(one);
      if (one.error) expect(outcome).toEqual({ error: one.error.type });
      else expect(outcome).toEqual({ result: one.result });
    });
  }

  if (suites.length === 0) test.skip('there are no suites; see JSONLOGIC_SUITES', () => {});
});

function outcomeOf({ rule, data }: Case): { result: unknown } | { error: unknown } {
  try {
    return { result: compile(rule)(data) };
  } catch (error) {
    return { error: (error as { type?: unknown }).type };
  }
}
