import { availableParallelism } from 'node:os';
import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

/** The Worker in workerd, as wrangler.toml describes this environment of it. */
function workerd(environment?: 'production') {
  return cloudflareTest(async () => ({
    wrangler: { configPath: './wrangler.toml', ...(environment ? { environment } : {}) },
    miniflare: {
      bindings: {
        ADMIN_TOKEN: 'test-admin-token',
        SIGNING_KEY: 'test-signing-key',
        // The queue's waits make each run slower; what it can break needs no long search.
        RUNS: !process.env.DEEP ? 1 : environment ? 4 : 40,
        MIGRATIONS: await readD1Migrations('collector/migrations'),
      },
      ...(environment === 'production' ? QUEUE : {}),
    },
  }));
}

/** Nobody waits for a fuller batch (s), a message that fails is soon set aside, and a test hears of it. */
const QUEUE = {
  queueConsumers: {
    'beckon-events': { maxBatchTimeout: 0.02, maxRetries: 2, deadLetterQueue: 'beckon-events-dead' },
    'beckon-events-dead': { maxBatchTimeout: 0.02, maxRetries: 0 },
    'beckon-deliveries': { maxBatchTimeout: 0.02, maxRetries: 0 },
  },
};

/** Tests of what goes through all sites: each of these files has a database of its own. */
const WHOLE_DATABASE = ['collector/src/store/*.test.ts', 'collector/src/snapshot.test.ts'];

/** Files of a project that is not isolated share a worker and its database, where every test has a site of its own. */
function collector(
  name: string,
  files: { include: string[]; exclude?: string[]; isolate?: boolean },
  environment?: 'production',
): TestProjectInlineConfiguration {
  return {
    plugins: [workerd(environment)],
    test: {
      name,
      testTimeout: process.env.DEEP ? 900_000 : 30_000,
      setupFiles: ['test/support/workerd/migrate.ts'],
      ...files,
    },
  };
}

function inBrowsers(name: string, setups: string[]): TestProjectInlineConfiguration['test'] {
  return {
    name,
    environment: 'node',
    globalSetup: setups.map((setup) => `test/support/${setup}.ts`),
    maxConcurrency: 12,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  };
}

export default defineConfig({
  test: {
    // Vitest's own choice leaves one of two processors idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        test: {
          name: 'sdk',
          testTimeout: 30_000,
          root: 'sdk',
          include: ['src/**/*.test.ts'],
          environment: 'happy-dom',
        },
      },
      collector('collector', {
        include: ['collector/src/**/*.test.ts', 'test/properties/**/*.test.ts'],
        exclude: [...WHOLE_DATABASE, '**/*.production.test.ts'],
        isolate: false,
      }),
      collector('collector-apart', { include: WHOLE_DATABASE, exclude: ['**/*.production.test.ts'] }),
      collector(
        'collector-production',
        {
          include: [
            'collector/src/admin/{accounts,directory}.test.ts',
            'collector/src/profile/{claims,contacts,experiments,forgetting,identity,people,profile}.test.ts',
            'collector/src/ingest/{batch,forget-visitor}.test.ts',
            'collector/src/push/*.production.test.ts',
            // The queue's waits make these long; the first project has them in every run.
            ...(process.env.DEEP ? ['test/properties/{any-order,crashes}.test.ts'] : []),
          ],
          isolate: false,
        },
        'production',
      ),
      collector('collector-production-apart', { include: ['collector/src/store/*.test.ts'] }, 'production'),
      {
        test: {
          name: 'node',
          include: [
            'demo-site/**/*.test.ts',
            'sdk/*.test.ts',
            'collector/*.test.ts',
            'test/conformance/**/*.test.ts',
            'test/package/**/*.test.ts',
          ],
          environment: 'node',
          globalSetup: ['test/support/build-setup.ts'],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          ...inBrowsers('e2e-push', ['browsers-setup']),
          include: ['test/e2e/push/**/*.test.ts'],
          // What these play on has tests of its own, whose failing the others show as well.
          exclude: process.env.DEEP ? [] : ['test/e2e/push/{browsers,neighbours}.test.ts'],
        },
      },
      {
        test: {
          ...inBrowsers('e2e', ['browsers-setup', 'product-setup']),
          include: ['test/e2e/**/*.test.ts'],
          exclude: ['test/e2e/push/**'],
          // They share a product, which one of them stops.
          fileParallelism: false,
        },
      },
    ],
  },
});
