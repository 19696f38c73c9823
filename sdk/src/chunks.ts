import type { Beckon } from './api.ts';
import type { OnsiteHost } from './onsite/host.ts';
import type { Options } from './options.ts';

/** What a chunk for an option of its name does. It hears of the calls through `on`, and never throws. */
interface Module {
  start(beckon: Beckon, setting: string, host: OnsiteHost & Options): void;
}

/** Parts that most pages never need: the popups, and a chunk for each option that switches one on. */
export interface Chunks {
  onsite: typeof import('./onsite/index.ts');
  extras: typeof import('./onsite/extras/index.ts');
  consent: typeof import('./modules/consent.ts');
  strange: typeof import('./modules/strange.ts');
  history: typeof import('./capture/history.ts');
  ecommerce: Module;
  compat: Module;
  signals: Module;
  debug: Module;
  inspector: Module;
  linkDomains: Module;
  push: typeof import('./push/index.ts');
  landing: typeof import('./modules/landing.ts');
}

/** Loads one. How differs between the script tag and a bundler. */
export type LoadChunk = <Name extends keyof Chunks>(name: Name) => Promise<Chunks[Name]>;

/** Loads one and hands it over; a failure is reported and costs nothing else. */
export type UseChunk = <Name extends keyof Chunks>(
  name: Name,
  use: (chunk: Chunks[Name]) => unknown,
) => Promise<unknown>;
