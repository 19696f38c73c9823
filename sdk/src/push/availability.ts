/** Why a browser has no push: not at all, or not before the site is on its home screen (iOS and iPadOS 16.4). */
export function whyUnsupported(): 'unsupported' | 'home_screen' | null {
  if ('PushManager' in window && 'Notification' in window && navigator.serviceWorker) return null;
  const { userAgent, maxTouchPoints } = navigator;
  // An iPad calls itself a Mac, which has no touch screen.
  const isApple = /iP(hone|ad|od)/.test(userAgent) || (/Macintosh/.test(userAgent) && maxTouchPoints > 1);
  const { standalone } = navigator as { standalone?: boolean };
  return isApple && standalone === false && isSecureContext ? 'home_screen' : 'unsupported';
}
