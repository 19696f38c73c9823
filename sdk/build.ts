import { execFileSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { nodeResolve } from '@rollup/plugin-node-resolve';
import { type OutputOptions, type Plugin, type RollupOptions, rollup } from 'rollup';
import esbuild from 'rollup-plugin-esbuild';
import { type CompressOptions, minify } from 'uglify-js';

const here = import.meta.dirname;
const dist = join(here, 'dist');

/** What the CDN answers for every file: scripts and chunks are loaded from other origins, some under COEP. */
const HEADERS = `/*
  Access-Control-Allow-Origin: *
  Cross-Origin-Resource-Policy: cross-origin
  X-Content-Type-Options: nosniff
  Cache-Control: public, max-age=300, stale-while-revalidate=86400
`;

/**
 * Properties that never leave a file: not on the wire, not in storage, not in the public calls, not between the two
 * files or two tabs, and of no DOM object. Their names are shortened.
 */
const INTERNAL = [
  'busy',
  'change',
  'forget',
  'oldest',
  'unconfirmed',
  'wake',
  'ask',
  'current',
  'restart',
  'depart',
];

/**
 * The same between `onsite.js` and `extras.js`, which must shorten them alike. A browser may hold one of the two from an
 * earlier release for a day: names are added at the end, and none changes its place.
 */
const BETWEEN = [
  ...[
    'calls',
    'surface',
    'act',
    'card',
    'fill',
    'clicked',
    'submitted',
    'closed',
    'opened',
    'shadow',
    'make',
  ],
  ...['makeLink', 'finish', 'reopen', 'draw', 'goTo', 'send', 'findSlot', 'handle'],
];

/**
 * Files of the CDN are minified; what npm publishes stays readable, the site's bundler does the rest.
 * @param compress - what makes a file smaller than the settings for all do; `unsafe` takes it that `Number()` is given
 * text or numbers only
 * @param shared - names that other files must shorten alike
 */
const minified = (compress: CompressOptions = {}, shared: string[] = []): Plugin => ({
  name: 'uglify',
  renderChunk(code) {
    const { code: small, error } = minify(code, {
      module: true,
      toplevel: true,
      compress: {
        passes: 5,
        pure_getters: true,
        hoist_funs: true,
        inline: 1,
        evaluate: 'eager' as unknown as boolean,
        ...compress,
      },
      mangle: { properties: { regex: new RegExp(`^(${[...INTERNAL, ...shared].join('|')})$`) } },
      nameCache: {
        props: {
          props: Object.fromEntries(shared.map((name, index) => [`$${name}`, (index + 10).toString(36)])),
        },
      },
    });
    if (error) throw error;
    return small;
  },
});

/** The script tag's file runs in pages alone; the npm entry is also imported on servers. */
const inPage = (): Plugin => ({
  name: 'in-page',
  renderChunk: (code) => code.replace('typeof window !== "undefined"', 'true'),
});

const transpile = () => esbuild({ target: 'es2021', tsconfig: false });

const BUNDLES: (RollupOptions & { output: OutputOptions })[] = [
  {
    input: join(here, 'src/script.ts'),
    plugins: [nodeResolve(), transpile()],
    output: {
      file: join(dist, 'beckon.js'),
      format: 'iife',
      plugins: [inPage(), minified({ passes: 8, unsafe: true, loops: false })],
    },
  },
  ...[
    ['onsite', 'onsite/index', { passes: 6 }] as const,
    ['extras', 'onsite/extras/index', { passes: 10, unsafe_comps: true }] as const,
  ].map(([name, input, compress]) => ({
    input: join(here, `src/${input}.ts`),
    plugins: [nodeResolve(), transpile()],
    output: {
      file: join(dist, `${name}.js`),
      format: 'es' as const,
      plugins: [minified({ ...compress, unsafe: true }, BETWEEN)],
    },
  })),
  ...[
    'ecommerce',
    'compat',
    'signals',
    'debug',
    'inspector',
    'landing',
    'consent',
    'linkDomains',
    'history',
    'strange',
  ].map((name) => ({
    input: join(here, `src/${name === 'history' ? 'capture' : 'modules'}/${name.replace('D', '-d')}.ts`),
    plugins: [nodeResolve(), transpile()],
    output: { file: join(dist, `${name}.js`), format: 'es' as const, plugins: [minified()] },
  })),
  ...[
    ['push', 'push/index', 'es' as const],
    // Imported by a worker of the shop's, which is a classic script.
    ['beckon-sw', 'service-worker', 'iife' as const],
  ].map(([name, input, format]) => ({
    input: join(here, `src/${input}.ts`),
    plugins: [nodeResolve(), transpile()],
    output: {
      file: join(dist, `${name}.js`),
      format: format as 'es' | 'iife',
      plugins: [minified({ passes: 10, inline: 3, unsafe: true })],
    },
  })),
  {
    input: [join(here, 'src/index.ts'), join(here, 'src/react.ts')],
    external: ['idb-keyval', 'react'],
    plugins: [transpile()],
    output: {
      dir: join(dist, 'npm'),
      format: 'es',
      chunkFileNames: '[name].js',
      // Server components may import the provider. Not in the source, for rollup strips directives.
      banner: ({ name }) => (name === 'react' ? `'use client';` : ''),
    },
  },
];

function declare() {
  const tsc = join(createRequire(import.meta.url).resolve('typescript/package.json'), '../bin/tsc');
  execFileSync(process.execPath, [tsc, '-p', join(here, 'tsconfig.types.json')], { stdio: 'inherit' });
}

const newest = (files: string[]) => Math.max(0, ...files.map((file) => statSync(file).mtimeMs));
const inputs = () => [
  import.meta.filename,
  join(here, 'package.json'),
  join(here, 'tsconfig.types.json'),
  ...globSync(join(here, 'src/**/*.ts')).filter((file) => !file.endsWith('.test.ts')),
];
/** Written last, so that a build that was broken off counts as stale. */
const stamp = join(dist, '_headers');

/** Whether `dist/` is missing or older than a source file. */
export function buildIsStale(): boolean {
  return !existsSync(stamp) || newest(inputs()) > statSync(stamp).mtimeMs;
}

/**
 * Writes `dist/`: `beckon.js`, `onsite.js` and `_headers` for the CDN, `npm/` for the package.
 * @returns false when everything was up to date
 */
export async function buildSdk({ force = false } = {}): Promise<boolean> {
  if (!force && !buildIsStale()) return false;
  // Without `force` the files are written over one by one, for somebody may be serving them.
  if (force) rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist, { recursive: true });
  await Promise.all(
    BUNDLES.map(async ({ output, ...input }) => {
      const bundle = await rollup(input);
      await bundle.write(output);
      await bundle.close();
    }),
  );
  declare();
  // The CDN serves what is directly in `dist/`; the package is for bundlers.
  writeFileSync(join(dist, '.assetsignore'), 'npm\n');
  writeFileSync(stamp, HEADERS);
  return true;
}

if (import.meta.main) {
  const started = performance.now();
  const built = await buildSdk({ force: process.argv.includes('--force') });
  console.log(
    built ? `sdk/dist built in ${Math.round(performance.now() - started)} ms` : 'sdk/dist is up to date',
  );
}
