import type { Env as CollectorEnv } from '../../../collector/src/env.ts';
import type * as worker from '../../../collector/src/worker.ts';

declare global {
  namespace Cloudflare {
    interface Env extends CollectorEnv {
      MIGRATIONS: import('cloudflare:test').D1Migration[];
      /** By how much to multiply the runs of properties. */
      RUNS: number;
    }
    interface GlobalProps {
      mainModule: typeof worker;
    }
  }
}
