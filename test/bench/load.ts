import { Agent, request } from 'node:http';

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

/**
 * Sends every body once, `concurrency` at a time.
 *
 * @returns requests per second
 * @throws when an answer is not 200
 */
export async function load(
  url: string,
  bodies: readonly string[],
  headers: Record<string, string>,
  concurrency: number,
): Promise<number> {
  const queue = [...bodies];
  const started = performance.now();
  const work = async () => {
    for (let body = queue.pop(); body !== undefined; body = queue.pop()) await post(url, body, headers);
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return bodies.length / ((performance.now() - started) / 1_000);
}

/** @returns the answer's body. @throws when it is not 200 */
export function post(url: string, body: string, headers: Record<string, string>): Promise<string> {
  return new Promise((done, fail) => {
    const length = String(Buffer.byteLength(body));
    const sent = request(
      url,
      { method: 'POST', agent, headers: { ...headers, 'Content-Length': length } },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (part: string) => {
          text += part;
        });
        answer.once('end', () =>
          answer.statusCode === 200 ? done(text) : fail(new Error(`${url}: ${answer.statusCode} ${text}`)),
        );
      },
    );
    sent.once('error', fail);
    sent.end(body);
  });
}
