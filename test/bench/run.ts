import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runLocally } from '../../collector/run-local.ts';
import { freePorts } from '../support/free-ports.ts';
import { campaigns } from './campaigns.ts';
import { cost } from './cost.ts';
import { growth } from './growth.ts';
import { logic } from './logic.ts';
import { push } from './push.ts';
import { ORIGIN } from './shopper.ts';
import { throughput } from './throughput.ts';

/**
 * `npm run bench`: how fast audiences are decided, how fast `/v1/batch` is beside what cannot be spared,
 * how fast push messages are made, how it ages, and what it costs.
 */
console.log(await logic());
const stateDir = mkdtempSync(join(tmpdir(), 'beckon-bench-'));
const secretsFile = join(stateDir, 'secrets.env');
writeFileSync(secretsFile, 'ADMIN_TOKEN=bench\nSIGNING_KEY=bench\n');
const [port = 0] = await freePorts(1);
const collector = await runLocally({ port, stateDir, secretsFile, config: 'test/bench/wrangler.toml' });
const url = collector.url.replace('localhost', '127.0.0.1');
try {
  const settings = { name: 'Bench', origins: [ORIGIN], browserKey: 'bench', serverKey: 'bench-server' };
  await fetch(`${url}/api/sites/bench`, {
    method: 'PUT',
    headers: { Authorization: 'Bearer bench', 'Content-Type': 'application/json' },
    body: JSON.stringify(settings),
  });
  console.log(await throughput(url));
  console.log(await push(url));
  console.log(await campaigns(url));
  console.log(await growth(url));
  console.log(await cost(url));
} finally {
  await collector.stop();
  rmSync(stateDir, { recursive: true, force: true });
}
