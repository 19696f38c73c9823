import { expect, it } from 'vitest';
import { api } from '../../../test/support/workerd/collector.ts';
import { FIELDS } from '../campaigns/fields.ts';

it('offers every field that a rule can ask for', async () => {
  const response = await api('GET', '/api/fields');
  expect([response.status, await response.json()]).toEqual([
    200,
    { items: JSON.parse(JSON.stringify(FIELDS)), cursor: null },
  ]);
  const paths = FIELDS.map(({ path }) => path);
  expect(new Set(paths).size).toBe(paths.length);
});
