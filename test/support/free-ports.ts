import { createServer } from 'node:net';

/** Ports that nothing listens on now; held together while they are asked for, so that they differ. */
export async function freePorts(count: number): Promise<number[]> {
  const probes = await Promise.all(
    Array.from({ length: count }, async () => {
      const probe = createServer();
      await new Promise<void>((done) => probe.listen(0, '127.0.0.1', done));
      return probe;
    }),
  );
  return Promise.all(
    probes.map(async (probe) => {
      const address = probe.address();
      await new Promise((done) => probe.close(done));
      return typeof address === 'object' && address ? address.port : 0;
    }),
  );
}
