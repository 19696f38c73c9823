import {
  createContext,
  createElement,
  type PropsWithChildren,
  type ReactElement,
  useContext,
  useEffect,
} from 'react';
import { type Beckon, beckon, type Options } from './index.ts';

/** The site's options, a client that has them already (`createClient`), or both. */
export type BeckonProviderProps = PropsWithChildren<({ client?: Beckon } & Options) | { client: Beckon }>;

const ClientContext = createContext<Beckon>(beckon);

/**
 * Starts the client once the page is in the browser, and gives it to `useBeckon` in everything beneath. What components
 * call before that is kept. Options that change later change nothing.
 * @param props - the options of `init`; `client`: another client than the page's
 * @example
 * <BeckonProvider writeKey="demo" endpoint="https://c.example"><App /></BeckonProvider>
 */
export function BeckonProvider({ client, children, ...options }: BeckonProviderProps): ReactElement {
  const provided = client ?? beckon;
  // After every render, for the options may come late, and a second `init` changes nothing.
  useEffect(() => {
    // A client may come without options; the page's own would say that they are missing.
    if (!client || 'writeKey' in options) provided.init(options as Options);
  });
  return createElement(ClientContext.Provider, { value: provided }, children);
}

/**
 * The client of the nearest `BeckonProvider`; without one the page's, `beckon`, which somebody else then starts.
 * @example
 * const beckon = useBeckon();
 * return <button onClick={() => beckon.cart.add({ item_id: 'mug', price: 12 })}>Add</button>;
 */
export function useBeckon(): Beckon {
  return useContext(ClientContext);
}
