import { post } from './load.ts';
import { median } from './shopper.ts';
import { workerdCpu } from './workerd-cpu.ts';

const MESSAGES = 1_000;
const ROUNDS = 9;

/** `sendPush` does all that it does for a visitor, but for the network. */
const SUBJECTS = [
  ['web-push-neo: encrypt and sign', 'web-push-neo'],
  ['sendPush: check, encrypt and sign', 'sendPush'],
  ['encrypt alone', 'encrypt'],
] as const;

/**
 * Push messages that workerd makes in a second of its own time, beside the fastest library, turn by turn in one run.
 * What else the machine does takes none of it; where there is no `/proc`, it is a second of the clock.
 */
export async function push(url: string): Promise<string> {
  const rates = new Map<string, number[]>(SUBJECTS.map(([name]) => [name, []]));
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, maker] of SUBJECTS) {
      const started = time();
      await post(`${url}/floor/push?with=${maker}&count=${MESSAGES}`, '', {});
      const rate = MESSAGES / ((time() - started) / 1_000);
      // The first round warms up.
      if (round > 0) rates.get(name)?.push(rate);
    }
    process.stderr.write(round === 0 ? 'push: warm' : ` ${round}/${ROUNDS}`);
  }
  const library = median(rates.get(SUBJECTS[0][0]) ?? []);
  return [
    `\n\nPush messages, ${ROUNDS} rounds of ${MESSAGES} each, one at a time\n`,
    '| | messages/s of CPU (median) | min … max | against web-push-neo |',
    '|---|---|---|---|',
    ...[...rates].map(([name, all]) => {
      const range = `${Math.min(...all).toFixed(0)} … ${Math.max(...all).toFixed(0)}`;
      return `| ${name} | ${median(all).toFixed(0)} | ${range} | ${(median(all) / library).toFixed(2)} |`;
    }),
  ].join('\n');
}

/** ms. */
function time(): number {
  return workerdCpu() ?? performance.now();
}
