import type { PopupTemplate, Template } from '../collector/src/campaigns/templates/index.ts';
import { ask, type DeskOptions } from './desk.ts';
import { type Answer, escapeHtml, page } from './pages.ts';

/** Where a template looks most at home; the others on the first page. */
const AT: Record<string, string> = {
  'cart-saver': '/cart',
  'free-shipping-bar': '/cart',
  newsletter: '/lookbook',
};

/**
 * `/popups`: each template of a popup by a signed link that shows its draft on this shop, and the link that opens the inspector.
 *
 * @param shop base URL
 */
export async function popupsPage(shop: string, options: DeskOptions): Promise<Answer> {
  const items = await popupTemplates(options);
  const [inspector, ...links] = await Promise.all([
    signed(options, { url: `${shop}/`, inspect: true }),
    ...items.map(({ id }) => signed(options, { url: `${shop}${AT[id] ?? '/'}`, draft: id })),
  ]);
  const values = {
    INSPECTOR: button(inspector, 'Open the inspector', 'inspector-link'),
    TEMPLATES: items.map((template, index) => card(template, links[index])).join(''),
  };
  return page(200, 'popups.html', values, options.collector);
}

async function popupTemplates({ collector, adminToken }: DeskOptions): Promise<PopupTemplate[]> {
  const response = await fetch(`${collector}/api/templates`, {
    headers: { Authorization: `Bearer ${adminToken}` },
  });
  if (!response.ok) return [];
  const { items } = (await response.json()) as { items: Template[] };
  return items.filter((template) => template.channel === 'popup');
}

/** @returns `undefined` when there is no such draft (any more) */
async function signed(options: DeskOptions, wanted: object): Promise<string | undefined> {
  const { status, body } = await ask<{ url: string }>(options, 'POST', '/test-links', wanted);
  return status === 200 ? body.url : undefined;
}

function card({ id, name, kind, description }: PopupTemplate, link: string | undefined): string {
  return `<li class="panel">
    <h3>${escapeHtml(name)} <span class="kind">${escapeHtml(kind)}</span></h3>
    <p>${escapeHtml(description)}</p>
    ${button(link, 'Show it on this shop', `show-${id}`, name)}
  </li>`;
}

function button(link: string | undefined, text: string, testId: string, of = ''): string {
  if (link === undefined) return '<p class="hint">Its draft is not there any more.</p>';
  const about = of && ` aria-label="${escapeHtml(`${text}: ${of}`)}"`;
  return `<a class="button quiet" href="${escapeHtml(link)}" data-testid="${escapeHtml(testId)}"${about}>${text}</a>`;
}
