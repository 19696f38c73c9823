import { execFile, execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const { resolve } = createRequire(import.meta.url);
const root = join(import.meta.dirname, '../..');
/** An application into which the package was installed; its other packages are links to the workspace's. */
const app = mkdtempSync(join(tmpdir(), 'beckon-package-'));
const LINKED = ['idb-keyval', 'react', 'react-dom', '@types/react'];
/** What was packed. */
let paths: string[] = [];

/** Runs Node in the application; a timeout, since what never ends has left something running. */
const node = (...args: string[]) =>
  new Promise<{ code: unknown; output: string }>((done) => {
    execFile(process.execPath, args, { cwd: app, timeout: 50_000 }, (error, stdout, stderr) =>
      done({ code: error ? (error.code ?? error.signal) : 0, output: stdout + stderr }),
    );
  });

beforeAll(() => {
  const packages = join(app, 'node_modules');
  const installed = join(packages, 'beckon');
  mkdirSync(installed, { recursive: true });
  const packed = execFileSync('npm', ['pack', join(root, 'sdk'), '--json', '--offline', '--ignore-scripts'], {
    cwd: app,
    encoding: 'utf8',
    stdio: 'pipe',
  });
  const [{ filename, files }] = JSON.parse(packed) as [{ filename: string; files: { path: string }[] }];
  paths = files.map(({ path }) => path);
  execFileSync('tar', ['-xzf', filename, '-C', installed, '--strip-components=1'], { cwd: app });
  for (const name of LINKED) {
    mkdirSync(dirname(join(packages, name)), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), join(packages, name));
  }
  cpSync(join(import.meta.dirname, 'app'), app, { recursive: true });
  writeFileSync(join(app, 'package.json'), '{ "type": "module" }');
}, 60_000);
afterAll(() => rmSync(app, { recursive: true, force: true }));

test('what is installed is what a site loads and its types, without tests and sources', () => {
  const known =
    /^(package\.json|README\.md|LICENSE|dist\/[\w-]+\.js|dist\/npm\/[\w-]+\.js|dist\/npm\/types\/.+\.d\.ts)$/;
  expect(paths.filter((path) => !known.test(path) || path.includes('.test.'))).toEqual([]);
});

test('every path into the package leads to a file', () => {
  const { exports } = JSON.parse(readFileSync(join(root, 'sdk/package.json'), 'utf8')) as {
    exports: Record<string, string | Record<string, string>>;
  };
  const targets = Object.values(exports).flatMap((target) =>
    typeof target === 'string' ? target : Object.values(target),
  );
  expect(targets).toContain('./dist/npm/react.js');
  expect(paths).toEqual(expect.arrayContaining(targets.map((target) => target.replace('./', ''))));
});

test.each([
  { module: 'esnext', moduleResolution: 'bundler' },
  { module: 'node16', moduleResolution: 'node16' },
  { module: 'nodenext', moduleResolution: 'nodenext' },
])('an application’s calls are checked with moduleResolution $moduleResolution', async (resolution) => {
  const compilerOptions = {
    ...resolution,
    target: 'es2022',
    lib: ['es2022', 'dom', 'dom.iterable'],
    types: [],
    jsx: 'react-jsx',
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    noEmit: true,
  };
  const config = `tsconfig.${resolution.moduleResolution}.json`;
  writeFileSync(join(app, config), JSON.stringify({ compilerOptions, files: ['app.tsx'] }));
  const tsc = join(resolve('typescript/package.json'), '../bin/tsc');
  expect(await node(tsc, '-p', config)).toEqual({ code: 0, output: '' });
});

test.each([
  ['a server', ['no-page.mjs']],
  ['a worker', ['-e', `new (require('node:worker_threads').Worker)('./no-page.mjs')`]],
])('on %s, calls do nothing and harm nothing', async (_, args) => {
  const { code, output } = await node(...args);
  expect({ code, output }).toMatchObject({ code: 0, output: expect.stringMatching(/^\{.*\}\n$/) });
  expect(JSON.parse(output)).toEqual({ touched: [], told: [], globals: 0, cart: [], anonymousId: null });
});

test.each([
  `import('beckon').then(({ beckon }) => beckon.track('x'))`,
  `require('beckon').beckon.track('x')`,
  `import('beckon/react')`,
])('Node’s own resolver finds it: %s', async (code) => {
  expect(await node('-e', code)).toEqual({ code: 0, output: '' });
});

test('a server renders the provider, and its components get the page’s one client', async () => {
  expect(await node('server.mjs')).toEqual({ code: 0, output: '<b>Add</b>\n' });
});
