/** A download's address may become its name; and where no referrer arrives, no id is taken over. */
const LINK = ':is(a, area)[href]:not([download], [rel~="noreferrer"])';

/** Adds a parameter and leaves every other character as the browser would send it. */
function extended({ href }: URL, name: string, value: string): string {
  const [, address = '', fragment = ''] = /^([^#]*)(.*)$/.exec(href) ?? [];
  return `${address}${address.includes('?') ? '&' : '?'}${name}=${value}${fragment}`;
}

/**
 * Gives links and forms a parameter while they are being followed, in this tab or another; a moment later they are as
 * they were, so that what is copied from the page does not carry it. A form that a script submits tells nobody, and
 * goes without.
 * @param valueFor - the parameter's value for a destination; undefined: none
 */
export function watchLinks(name: string, valueFor: (url: URL) => string | undefined): void {
  const watch = <E extends Event>(type: string, follow: (event: E) => void) =>
    addEventListener(
      type,
      (event) => {
        try {
          follow(event as E);
        } catch {
          // Not an address, or a form whose fields hide its methods.
        }
      },
      // Before the page's own listeners, which may navigate by themselves.
      true,
    );

  function decorate(element: Element, attribute: string) {
    const before = element.getAttribute(attribute) ?? '';
    const url = new URL(before, document.baseURI);
    const value = valueFor(url);
    if (!value) return;
    const after = extended(url, name, value);
    element.setAttribute(attribute, after);
    setTimeout(() => {
      // Unless the page has changed it meanwhile.
      if (element.getAttribute(attribute) === after) element.setAttribute(attribute, before);
    });
  }
  function click(event: MouseEvent) {
    const link = event
      .composedPath()
      .find((target): target is Element => target instanceof Element && target.matches(LINK));
    if (link) decorate(link, 'href');
  }

  watch('click', click);
  // The middle button opens a tab, the right one a menu that can copy the address.
  watch('auxclick', (event: MouseEvent) => event.button === 1 && click(event));
  watch('submit', ({ target, submitter }: SubmitEvent) => {
    const form = target as HTMLFormElement;
    const own = (attribute: string) => submitter?.getAttribute(`form${attribute}`);
    const action = own('action') ?? form.getAttribute('action') ?? '';
    const method = (own('method') ?? form.getAttribute('method') ?? '').toLowerCase();
    if (method === 'post') {
      if (submitter?.hasAttribute('formaction')) decorate(submitter, 'formaction');
      else decorate(form, 'action');
    } else if (method !== 'dialog') {
      const value = valueFor(new URL(action, document.baseURI));
      if (!value) return;
      // The fields of such a form replace the parameters of its address.
      const input = Object.assign(document.createElement('input'), { type: 'hidden', name, value });
      form.append(input);
      setTimeout(() => input.remove());
    }
  });
}
