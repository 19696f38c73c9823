import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface PageServer {
  origin: string;
  close(): Promise<void>;
}

/**
 * Serves pages on the loopback interface, under an origin of its own.
 *
 * @param page what is at a path, and under which host name; `null`: nothing
 */
export async function servePages(
  page: (path: string, host: string) => { type: 'html' | 'js'; text: string } | null,
): Promise<PageServer> {
  const server = createServer((request, response) => {
    const { pathname, hostname } = new URL(request.url ?? '/', `http://${request.headers.host}`);
    const answer = page(pathname, hostname);
    if (!answer) {
      response.writeHead(404).end();
      return;
    }
    const type = answer.type === 'html' ? 'text/html; charset=utf-8' : 'text/javascript; charset=utf-8';
    response.writeHead(200, { 'Content-Type': type }).end(answer.text);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
