/**
 * Builds an element without HTML strings, which this shop's Trusted Types policy forbids.
 * Attributes with the value `false`, `null` or `undefined` are left out.
 * @param {string} tag
 * @param {Record<string, unknown>} [attributes]
 * @param {...(Node | string)} children
 */
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') node.addEventListener(name, value);
    else if (value !== false && value != null) node.setAttribute(name, value === true ? '' : String(value));
  }
  node.append(...children);
  return node;
}
