import type { OnsiteHost } from '../host.ts';
import type { Of } from './of.ts';

/** Fires at a click on, or in, what the selector matches; the click does what it always did. */
export function onClick(
  { selector }: Of<'click'>,
  signal: AbortSignal,
  fire: () => void,
  { fail }: Pick<OnsiteHost, 'fail'>,
): void {
  try {
    document.createElement('a').matches(selector);
  } catch (error) {
    // No selector: said once, and the popup's other triggers go on.
    fail(error);
    return;
  }
  document.addEventListener(
    'click',
    (event) => {
      // Elements in open shadow roots are in the path as well.
      if (event.composedPath().some((at) => at instanceof Element && at.matches(selector))) fire();
    },
    // Before a listener of the page's can stop it.
    { capture: true, signal },
  );
}
