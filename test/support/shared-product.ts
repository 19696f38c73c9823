import { inject, onTestFinished } from 'vitest';
import { type Addresses, type Store, storeOf } from './product.ts';

declare module 'vitest' {
  interface ProvidedContext {
    product: Addresses & { control: string };
  }
}

/** The product that all files share, one after the other: its tests bring visitors, people and sites of their own. */
export interface SharedProduct extends Addresses, Store {
  /** Ends it as ctrl-C does, until `start` or the end of the test, which must run alone; the state stays. */
  stop(): Promise<void>;
  /** Starts it again, on the same ports and state. */
  start(): Promise<void>;
}

export function sharedProduct(): SharedProduct {
  const { control, ...addresses } = inject('product');
  const ask = async (what: 'stop' | 'start') => {
    const response = await fetch(`${control}/${what}`);
    if (!response.ok) throw new Error(await response.text());
  };
  const start = () => ask('start');
  return {
    ...addresses,
    ...storeOf(addresses),
    start,
    stop() {
      onTestFinished(start);
      return ask('stop');
    },
  };
}
