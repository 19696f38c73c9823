import type { Frame } from '../popup.ts';

/** ms in which a slot that was taken out of the page may come back. */
const RETURN_MS = 2_000;

/** Goes with its slot where a framework renders that anew, ten times at most; gone for longer, it ends. */
export function followSlot({ root, put, end }: Frame): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let left = 10;
  const observer = new MutationObserver(() => {
    if (root.host.isConnected) return;
    if (left && put()) {
      left--;
      clearTimeout(timer);
      timer = undefined;
    } else timer ??= setTimeout(() => end('removed'), RETURN_MS);
  });
  observer.observe(document, { childList: true, subtree: true });
  return () => {
    observer.disconnect();
    clearTimeout(timer);
  };
}
