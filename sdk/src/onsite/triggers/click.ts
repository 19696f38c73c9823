import type { Listen, Of } from './index.ts';

/**
 * Fires at a click on, or in, what the selector matches; the click does what it always did.
 * @throws when the selector is none, which is said once
 */
export function onClick({ selector }: Of<'click'>, fire: () => void, listen: Listen): void {
  document.querySelector(selector);
  listen('click', (event) => {
    // Elements in open shadow roots are in the path as well.
    if (event.composedPath().some((at) => at instanceof Element && at.matches(selector))) fire();
  });
}
