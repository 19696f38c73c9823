import { beforeAll, expect, test } from 'vitest';
import { buildSdk } from './build.ts';
import { BUDGETS, measureSizes, ONSITE } from './size.ts';

beforeAll(async () => {
  await buildSdk();
}, 60_000);

test.each([...Object.keys(BUDGETS), ONSITE.file])('%s costs a visitor no more than its budget', (file) => {
  const size = measureSizes().find((measured) => measured.file === file);
  expect(size?.brotli).toBeLessThanOrEqual(size?.budget ?? 0);
});
