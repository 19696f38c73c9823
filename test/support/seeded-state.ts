import { rmSync } from 'node:fs';
import { startProduct } from './product.ts';

/**
 * Starts the product once as a newcomer does, and keeps its state: each test file then begins with a copy, which takes half
 * the time.
 */
export default async function setup(): Promise<() => void> {
  const product = await startProduct();
  await product.stop();
  process.env.SEEDED_STATE = product.stateDir;
  return () => rmSync(product.stateDir, { recursive: true, force: true });
}
