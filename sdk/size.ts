import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { minify } from 'uglify-js';
import { buildSdk } from './build.ts';

/** What a file that sites load may weigh: bytes, brotli quality 11. What npm publishes is minified first. */
export const BUDGETS: Record<string, number> = {
  'beckon.js': 5_000,
  'onsite.js': 4_000,
  'extras.js': 2_700,
  'push.js': 3_300,
  'beckon-sw.js': 1_500,
  'ecommerce.js': 1_500,
  'compat.js': 1_500,
  'signals.js': 1_500,
  'debug.js': 1_500,
  'inspector.js': 8_000,
  'linkDomains.js': 1_800,
  'landing.js': 2_000,
  'consent.js': 1_800,
  'strange.js': 1_500,
  'history.js': 1_500,
  'npm/react.js': 1_000,
};

/** What a visitor who gets popups of every kind loads, in all; listed as a line of its own. */
export const ONSITE = {
  file: 'all of on-site',
  parts: ['onsite.js', 'extras.js'],
  budget: 6_000,
};

export interface Size {
  file: string;
  raw: number;
  gzip: number;
  brotli: number;
  budget: number;
}

/** A file's code as it reaches a visitor; sites minify what they take from npm. */
function codeOf(file: string): Buffer {
  const built = readFileSync(join(import.meta.dirname, 'dist', file));
  if (!file.startsWith('npm/')) return built;
  const { code, error } = minify(built.toString(), { module: true });
  if (error) throw error;
  return Buffer.from(code);
}

/** The sizes of the built files, in bytes: gzip at level 9, brotli at quality 11. */
export function measureSizes(): Size[] {
  const sizes = Object.entries(BUDGETS).map(([file, budget]) => {
    const code = codeOf(file);
    const brotli = brotliCompressSync(code, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
    return {
      file,
      raw: code.length,
      gzip: gzipSync(code, { level: 9 }).length,
      brotli: brotli.length,
      budget,
    };
  });
  const { file, parts, budget } = ONSITE;
  const total = (of: 'raw' | 'gzip' | 'brotli') =>
    sizes.reduce((sum, size) => sum + (parts.includes(size.file) ? size[of] : 0), 0);
  return [...sizes, { file, raw: total('raw'), gzip: total('gzip'), brotli: total('brotli'), budget }];
}

if (import.meta.main) {
  await buildSdk();
  const sizes = measureSizes();
  const row = (...cells: (string | number)[]) =>
    console.log(
      cells.map((cell, index) => (index ? String(cell).padStart(9) : String(cell).padEnd(14))).join(''),
    );
  row('bytes', 'raw', 'gzip -9', 'brotli 11', 'budget');
  for (const { file, raw, gzip, brotli, budget } of sizes) row(file, raw, gzip, brotli, budget);
  const over = sizes.filter(({ brotli, budget }) => brotli > budget);
  for (const { file, brotli, budget } of over)
    console.error(`${file} is ${brotli - budget} bytes over its budget.`);
  if (over.length) process.exitCode = 1;
}
