import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestProject } from 'vitest/node';
import { startProduct } from './product.ts';

/**
 * Starts the product once, for all files: that takes longer than most of them. A test that needs it away for a while
 * asks a server of this process; see shared-product.ts.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const product = await startProduct();
  const control = createServer(async (request, response) => {
    try {
      await (request.url === '/stop' ? product.stop() : product.start());
      response.end();
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  });
  await new Promise<void>((done) => control.listen(0, '127.0.0.1', done));
  const { shop, collector, adminToken } = product;
  const { port } = control.address() as AddressInfo;
  project.provide('product', { shop, collector, adminToken, control: `http://127.0.0.1:${port}` });
  return async () => {
    control.close();
    await product.dispose();
  };
}
