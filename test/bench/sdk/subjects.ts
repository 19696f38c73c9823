import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { buildSdk } from '../../../sdk/build.ts';

const here = import.meta.dirname;
const OURS = join(here, '../../../sdk/dist/beckon.js');

/** An SDK with the two calls that the bench makes. The functions run in the page and see nothing of this file. */
interface Adapter<Peer = never> {
  name: string;
  queue: string;
  /** Puts the default client into `globalThis.peer`; absent for ours, which is a file already. */
  source?: string;
  /** Paths of requests that carry events. */
  events: RegExp;
  start(peer: Peer, sink: string): void;
  track(peer: Peer, mark: string): void;
}

export interface Subject extends Adapter {
  /** Everything in one classic script. */
  script: string;
  /** What a page loads before anything has happened; chunks that come later are not in it. */
  firstLoad: Buffer;
}

type Any = Record<string, (...args: unknown[]) => void>;

const ADAPTERS: Adapter[] = [
  {
    name: 'beckon',
    queue: 'IndexedDB',
    events: /^\/v1\/batch/,
    start(peer: Any, sink) {
      peer.init?.({ writeKey: 'bench', endpoint: sink });
    },
    track(peer: Any, mark) {
      peer.track?.('bench', { mark });
    },
  } satisfies Adapter<Any>,
  {
    name: 'snowplow',
    queue: 'localStorage',
    source: `import { newTracker, trackPageView, trackStructEvent } from '@snowplow/browser-tracker';
      globalThis.peer = { newTracker, trackPageView, trackStructEvent };`,
    events: /^\/com\.snowplowanalytics\.snowplow\/tp2/,
    start(peer: Any, sink) {
      peer.newTracker?.('bench', sink, { appId: 'bench' });
      peer.trackPageView?.();
    },
    track(peer: Any, label) {
      peer.trackStructEvent?.({ category: 'bench', action: 'call', label });
    },
  } satisfies Adapter<Any>,
  {
    name: 'segment',
    queue: 'on leaving only',
    source: `import { AnalyticsBrowser } from '@segment/analytics-next';
      globalThis.peer = AnalyticsBrowser;`,
    events: /^\/v1\/[a-z]$/,
    start(peer: { load(settings: unknown): Any; client?: Any }, sink) {
      const apiHost = `${new URL(sink).host}/v1`;
      const segmentio = { apiKey: 'bench', apiHost, protocol: 'http', unbundledIntegrations: [] };
      peer.client = peer.load({
        writeKey: 'bench',
        cdnSettings: { integrations: { 'Segment.io': segmentio } },
      });
      peer.client.page?.();
    },
    track(peer: { client?: Any }, mark) {
      peer.client?.track?.('bench', { mark });
    },
  } satisfies Adapter<{ load(settings: unknown): Any; client?: Any }>,
  {
    name: 'posthog',
    queue: 'memory',
    source: `import posthog from 'posthog-js';
      globalThis.peer = posthog;`,
    events: /^\/e\//,
    start(peer: Any, sink) {
      // Its limit of 10 events a second would stand for speed.
      const unlimited = { events_per_second: 10_000, events_burst_limit: 10_000 };
      peer.init?.('bench', { api_host: sink, rate_limiting: unlimited });
    },
    track(peer: Any, mark) {
      peer.capture?.('bench', { mark });
    },
  } satisfies Adapter<Any>,
  {
    name: 'plausible',
    queue: 'none',
    source: `import { init, track } from '@plausible-analytics/tracker';
      globalThis.peer = { init, track };`,
    events: /^\/api\/event/,
    start(peer: Any, sink) {
      peer.init?.({
        domain: 'bench.example',
        endpoint: `${sink}/api/event`,
        captureOnLocalhost: true,
        logging: false,
      });
    },
    track(peer: Any, mark) {
      peer.track?.('bench', { props: { mark } });
    },
  } satisfies Adapter<Any>,
];

/** Builds them all, each as its users would: the default client, bundled and minified. */
export async function prepareSubjects(): Promise<Subject[]> {
  if (!existsSync(join(here, 'node_modules/.package-lock.json'))) {
    process.stderr.write('Installing the other SDKs …\n');
    execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
      cwd: here,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }
  await buildSdk();
  return Promise.all(ADAPTERS.map(prepare));
}

async function prepare(adapter: Adapter): Promise<Subject> {
  if (!adapter.source) {
    const firstLoad = readFileSync(OURS);
    return { ...adapter, firstLoad, script: `${firstLoad};globalThis.peer = globalThis.beckon` };
  }
  const common = {
    stdin: { contents: adapter.source, resolveDir: here },
    bundle: true,
    minify: true,
    write: false,
    target: 'es2020',
    platform: 'browser',
    logLevel: 'error',
  } as const;
  const [whole, split] = await Promise.all([
    build({ ...common, format: 'iife' }),
    build({ ...common, format: 'esm', splitting: true, outdir: join(here, 'out'), metafile: true }),
  ]);
  const files = new Map(split.outputFiles.map((file) => [file.path, file.contents]));
  const loaded = loadedAtOnce(split.metafile).map((path) => files.get(join(process.cwd(), path)));
  return {
    ...adapter,
    script: whole.outputFiles[0]?.text ?? '',
    firstLoad: Buffer.concat(loaded.map((contents) => contents ?? Buffer.alloc(0))),
  };
}

/** The entry and the chunks that it imports statically. */
function loadedAtOnce({ outputs }: Metafile): string[] {
  const entry = Object.keys(outputs).find((path) => outputs[path]?.entryPoint === '<stdin>');
  const seen = new Set<string>();
  const visit = (path: string) => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const { path: next, kind } of outputs[path]?.imports ?? [])
      if (kind === 'import-statement') visit(next);
  };
  if (entry) visit(entry);
  return [...seen];
}

/** A page's script that defines `bench.start()` and `bench.track(mark)` over `peer`. */
export const adapterScript = ({ start, track }: Subject, sink: string) => `globalThis.bench = (() => {
  const adapter = { ${start}, ${track} };
  return {
    start: () => adapter.start(peer, ${JSON.stringify(sink)}),
    track: (mark) => adapter.track(peer, mark),
  };
})();`;
