import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

const SDK = join(import.meta.dirname, '../../sdk/dist/beckon.js');

/** A website with our tag on its pages; it serves the script itself, so that the collector can be away. */
export interface TaggedSite {
  origin: string;
  /** A page with the tag. */
  home: string;
  /** A page with the tag that makes `calls` calls and leaves, all of it while it is being parsed. */
  bounce(calls: number): string;
  /** A page without the tag. */
  elsewhere: string;
  close(): Promise<void>;
}

/** @param attributes - further ones of the tag, such as `data-consent="pending"` */
export async function startTaggedSite(
  writeKey: string,
  endpoint: string,
  attributes = '',
): Promise<TaggedSite> {
  const script = readFileSync(SDK);
  const tag = `<script src="/beckon.js" data-write-key="${writeKey}" data-endpoint="${endpoint}" ${attributes}></script>`;
  const pages: Record<string, (query: URLSearchParams) => string> = {
    '/': () => `<title>Home</title>${tag}`,
    '/elsewhere': () => '<title>Elsewhere</title>',
    '/bounce': (query) => `<title>Bounce</title>${tag}<script>
      for (let n = 1; n <= ${Number(query.get('calls'))}; n++) beckon.track('call', { tab: 'a', n });
      location.href = '/elsewhere';
    </script>`,
  };
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://site');
    if (pathname === '/beckon.js') {
      response.setHeader('Content-Type', 'text/javascript').end(script);
      return;
    }
    const page = pages[pathname];
    response.writeHead(page ? 200 : 404, { 'Content-Type': 'text/html' });
    response.end(page && `<!doctype html>${page(searchParams)}`);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    home: `${origin}/`,
    bounce: (calls) => `${origin}/bounce?calls=${calls}`,
    elsewhere: `${origin}/elsewhere`,
    async close() {
      const closed = new Promise((done) => server.close(done));
      server.closeAllConnections();
      await closed;
    },
  };
}
