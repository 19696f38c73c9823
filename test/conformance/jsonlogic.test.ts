import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
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

/** The folder of the suites: `JSONLOGIC_SUITES=… vitest run --project node test/conformance`. */
const folder = process.env.JSONLOGIC_SUITES;
const suites = folder ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(isSuite) : [];

function isSuite(file: string): boolean {
  return file.endsWith('.json') && !file.endsWith('index.json');
}

describe('an audience means here what it means to other JsonLogic engines', () => {
  for (const suite of suites) {
    const cases: (Case | string)[] = JSON.parse(readFileSync(join(folder ?? '', suite), 'utf8'));
    test.each(cases.filter((one) => typeof one !== 'string'))(`${suite}: $description`, (one) => {
      const outcome = outcomeOf(one);
      if (one.error) expect(outcome).toEqual({ error: one.error.type });
      else expect(outcome).toEqual({ result: one.result });
    });
  }

  if (!folder) test.skip('JSONLOGIC_SUITES names no folder of suites', () => {});
});

function outcomeOf({ rule, data }: Case): { result: unknown } | { error: unknown } {
  try {
    return { result: compile(rule)(data) };
  } catch (error) {
    return { error: (error as { type?: unknown }).type };
  }
}
