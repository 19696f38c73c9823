/**
 * The browser's own permission prompt. Headless browsers draw none: Chromium answers `denied` by itself, Firefox waits
 * for ever. So a tab asks the test, which answers as the visitor would: by changing what the browser has stored for the
 * origin. All else is the browser's: what `Notification.permission` says, whether `subscribe()` is allowed.
 */

export type Permission = 'default' | 'granted' | 'denied';
/** Dismissed: closed without an answer, `default`. Ignored: the promise stays pending, as with Chrome's quiet bell. */
export type Answer = 'granted' | 'denied' | 'dismissed' | 'ignored';

export interface Prompt {
  origin: string;
  /** Whether the page asked within a click; without one, Firefox and Safari show nothing, and neither does this. */
  gesture: boolean;
  answer: Answer;
}

/** Runs in the page, before its scripts. */
export function installPrompt(): void {
  const ask = (globalThis as unknown as { beckonPrompt?(gesture: boolean): Promise<Permission | null> })
    .beckonPrompt;
  if (!ask || typeof Notification === 'undefined') return;
  Notification.requestPermission = async () => {
    if (Notification.permission !== 'default') return Notification.permission;
    const answer = await ask(navigator.userActivation.isActive);
    if (answer === null) return new Promise(() => {});
    // The browser's processes tell each other in their own time.
    while (Notification.permission !== answer) await new Promise((done) => setTimeout(done, 10));
    return answer;
  };
}
