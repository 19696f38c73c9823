type Child = Node | string | false | undefined | null;
type Attributes = { [name: string]: string | boolean | ((event: Event) => void) };

/** An element; texts are only ever text, and a function listens. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(name, value);
    else if (typeof value === 'string') made.setAttribute(name, value);
    else made.toggleAttribute(name, value);
  }
  made.append(...children.filter((child): child is Node | string => Boolean(child) || child === ''));
  return made;
}

/** A line of code that a click copies; where the clipboard is out of reach it is selected instead. */
export function codeLine(code: string): HTMLElement {
  const text = element('code', {}, code);
  const button = element('button', { type: 'button', class: 'copy' }, 'Copy');
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(code);
      button.textContent = 'Copied';
    } catch {
      getSelection()?.selectAllChildren(text);
    }
  });
  return element('div', { class: 'code' }, text, button);
}
