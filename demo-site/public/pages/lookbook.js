/** The shop's single-page corner: client-side routes beneath /lookbook. */

import { CURRENCY, item, money, product } from '/catalogue.js';
import { element } from '/element.js';
import scenes from '/scenes.js';

const root = document.querySelector('[data-lookbook]');

const picture = ({ slug, alt }) =>
  element('img', { src: `/images/${slug}.svg`, alt, width: 800, height: 520, class: 'scene-picture' });

function overview() {
  return {
    title: 'Lookbook',
    content: [
      element('h1', { tabindex: -1 }, 'Three mornings'),
      element('p', { class: 'lead' }, 'One of them is an evening. We lost track of time.'),
      element(
        'ul',
        { class: 'scenes' },
        ...scenes.map((scene) =>
          element(
            'li',
            {},
            element(
              'a',
              { href: `/lookbook/${scene.slug}`, 'data-testid': 'lookbook-link', 'data-scene': scene.slug },
              picture({ ...scene, alt: '' }),
              element('h2', {}, scene.title),
              element('p', {}, scene.line),
            ),
          ),
        ),
      ),
    ],
  };
}

function card(id) {
  const { item_name, summary, price } = product(id);
  return element(
    'li',
    { class: 'card' },
    element(
      'div',
      { class: 'card-picture' },
      element('img', { src: `/images/${id}.svg`, alt: '', width: 400, height: 400 }),
    ),
    element(
      'h3',
      {},
      element('a', { href: `/products/${id}`, 'data-testid': 'product-link', 'data-item-id': id }, item_name),
    ),
    element('p', { class: 'card-summary' }, summary),
    element('p', { class: 'price' }, money(price)),
    element(
      'button',
      {
        type: 'button',
        class: 'button quiet small',
        'data-add': id,
        'data-testid': 'add-to-cart',
        'aria-label': `Add ${item_name} to cart`,
      },
      'Add to cart',
    ),
  );
}

function sceneView(scene) {
  const next = scenes[(scenes.indexOf(scene) + 1) % scenes.length];
  return {
    title: scene.title,
    list: scene,
    content: [
      element(
        'nav',
        { class: 'trail', 'aria-label': 'Breadcrumb' },
        element('a', { href: '/lookbook', 'data-testid': 'lookbook-overview' }, 'Lookbook'),
      ),
      element(
        'div',
        { class: 'scene' },
        picture(scene),
        element(
          'div',
          {},
          element('h1', { tabindex: -1 }, scene.title),
          element('p', { class: 'lead' }, scene.line),
          element('p', {}, scene.text),
          element(
            'a',
            {
              class: 'button quiet',
              href: `/lookbook/${next.slug}`,
              'data-testid': 'lookbook-next',
            },
            `Next: ${next.title}`,
          ),
        ),
      ),
      element('h2', {}, 'In the picture'),
      element('ul', { class: 'grid three' }, ...scene.items.map(card)),
    ],
  };
}

function lost() {
  return {
    title: 'Not here',
    content: [
      element('h1', { tabindex: -1 }, 'We never took that picture'),
      element('a', { class: 'button', href: '/lookbook' }, 'Back to the lookbook'),
    ],
  };
}

function route(path) {
  if (path === '/lookbook' || path === '/lookbook/') return overview();
  const scene = scenes.find(({ slug }) => path === `/lookbook/${slug}`);
  return scene ? sceneView(scene) : lost();
}

function render() {
  const { title, content, list } = route(location.pathname);
  document.title = `${title} · Tarn & Tinder`;
  root.replaceChildren(...content);
  if (list)
    beckon('track', 'view_item_list', {
      currency: CURRENCY,
      item_list_id: `lookbook-${list.slug}`,
      item_list_name: list.title,
      items: list.items.map((id, index) => ({ ...item(id), index })),
    });
}

document.addEventListener('click', (event) => {
  const link = event.target.closest('a');
  const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  if (!link || !plain || link.origin !== location.origin || !/^\/lookbook(\/|$)/.test(link.pathname)) return;
  event.preventDefault();
  if (link.pathname === location.pathname) return;
  history.pushState(null, '', link.pathname);
  render();
  scrollTo(0, 0);
  root.querySelector('h1').focus({ preventScroll: true });
});
addEventListener('popstate', render);
render();
