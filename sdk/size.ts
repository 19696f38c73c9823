import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { buildSdk } from './build.ts';

/** What a file that sites load may weigh: bytes, brotli quality 11. */
export const BUDGETS: Record<string, number> = {
  'beckon.js': 5_000,
  'onsite.js': 4_000,
  'ecommerce.js': 1_500,
  'compat.js': 1_500,
  'signals.js': 1_500,
  'debug.js': 1_500,
  'linkDomains.js': 1_500,
  'consent.js': 1_500,
  'strange.js': 1_500,
  'history.js': 1_500,
};

export interface Size {
  file: string;
  raw: number;
  gzip: number;
  brotli: number;
  budget: number;
}

/** The sizes of the built files, in bytes: gzip at level 9, brotli at quality 11. */
export function measureSizes(): Size[] {
  return Object.entries(BUDGETS).map(([file, budget]) => {
    const code = readFileSync(join(import.meta.dirname, 'dist', file));
    const brotli = brotliCompressSync(code, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
    return {
      file,
      raw: code.length,
      gzip: gzipSync(code, { level: 9 }).length,
      brotli: brotli.length,
      budget,
    };
  });
}

if (import.meta.main) {
  await buildSdk();
  const sizes = measureSizes();
  const row = (...cells: (string | number)[]) =>
    console.log(
      cells.map((cell, index) => (index ? String(cell).padStart(9) : String(cell).padEnd(12))).join(''),
    );
  row('bytes', 'raw', 'gzip -9', 'brotli 11', 'budget');
  for (const { file, raw, gzip, brotli, budget } of sizes) row(file, raw, gzip, brotli, budget);
  const over = sizes.filter(({ brotli, budget }) => brotli > budget);
  for (const { file, brotli, budget } of over)
    console.error(`${file} is ${brotli - budget} bytes over its budget.`);
  if (over.length) process.exitCode = 1;
}
