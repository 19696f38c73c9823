import type { Beckon } from '../api.ts';
import type { Consent } from '../consent.ts';
import type { OnsiteHost } from '../onsite/host.ts';

/** What push needs of the client besides. */
export interface PushHost extends OnsiteHost, Pick<Beckon, 'anonymousId' | 'messages'> {
  /** What the visitor allows; `undefined`: all. */
  allowed(): Consent | undefined;
}
