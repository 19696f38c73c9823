import type { Beckon } from '../api.ts';
import type { LoadChunk } from '../chunks.ts';
import type { Emitter, PopupEvent } from '../events.ts';
import type { JsonObject } from '../message.ts';
import type { MessageIds } from '../message-id.ts';
import type { Note } from '../tabs.ts';
import type { Onsite } from './index.ts';

/** What the popups need of the client that loaded them. Types alone: the chunk shares no code with the core. */
export interface OnsiteHost extends Pick<Beckon, 'push'> {
  /** Made when the first popup is armed. */
  onsite?: Onsite | undefined;
  /** The browser's own question whether it may show notifications; there since `push.status()`. To be called within a click. */
  answer?(): Promise<NotificationPermission>;
  /** Forgets every popup, and closes those that are open: the visitor is another one now. There since then. */
  disarm?(): void;
  endpoint: string;
  writeKey: string;
  /** Who would see the popup; asked at the claim. */
  visitor(): { anonymousId: string; token?: string | null };
  /** Of this page. */
  ids: MessageIds;
  /** Tells the site's other tabs. */
  tell(note: Note): void;
  track(event: string, properties: JsonObject): void;
  /** Sends what is queued now. */
  flush(): Promise<void>;
  /** Hears of the page's calls. */
  on: Emitter['on'];
  emit(name: 'message', event: PopupEvent): void;
  fail(error: unknown): void;
  load: LoadChunk;
}
