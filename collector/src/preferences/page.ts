import type { Language } from '../campaigns/templates/languages.ts';
import type { SiteSettings } from '../sites.ts';
import type { Row } from './choices.ts';
import { masked } from './mask.ts';
import { STYLE } from './style.ts';
import { TEXTS } from './texts.ts';

/** What a page is made of besides what it is about. */
export interface PageOptions {
  language: Language;
  /** Of the style, as the policy names it. */
  nonce: string;
}

/** What somebody has subscribed to, with a form that changes it; without script. `said`: what a form has just done. */
export function preferencesPage(
  rows: readonly Row[],
  { name, topics, language: usual }: Pick<SiteSettings, 'name' | 'topics' | 'language'>,
  said: 'saved' | 'ended' | null,
  { language, nonce }: PageOptions,
): string {
  const texts = TEXTS[language];
  const names = new Map(topics.map((topic) => [topic.id, topicName(topic, language, usual)]));
  const form = `<form method="post">
${rows.map((row) => channelHtml(row, names, language)).join('\n')}
<button type="submit">${escapeHtml(texts.save)}</button>
<button type="submit" class="quiet" name="end" value="all">${escapeHtml(texts.endAll)}</button>
</form>`;
  const body = `<p class="shop">${escapeHtml(name)}</p>
<h1>${escapeHtml(texts.title)}</h1>
${said === null ? '' : `<p role="status">${escapeHtml(texts[said])}</p>`}
${
  rows.length === 0
    ? `<p>${escapeHtml(texts.nothing)}</p>`
    : `<p>${escapeHtml(texts.intro.replace('#', () => name))}</p>\n${form}`
}`;
  return html(texts.title, body, { language, nonce });
}

/** Why a link opens nothing. */
export function brokenLinkPage(why: 'forged' | 'expired', options: PageOptions): string {
  const { title, text } = TEXTS[options.language][why];
  return html(title, `<h1>${escapeHtml(title)}</h1>\n<p>${escapeHtml(text)}</p>`, options);
}

function channelHtml(
  { channel, isOn, isPending, address, topics }: Row,
  names: ReadonlyMap<string, string>,
  language: Language,
): string {
  const texts = TEXTS[language];
  const known = address === null ? null : masked(channel, address);
  const about = topics.map(({ id, isOn: on }) =>
    box('topic', `${channel}/${id}`, on, escapeHtml(names.get(id) ?? id)),
  );
  const label = `<span><b>${escapeHtml(texts.channels[channel])}</b>${
    known === null ? '' : `<small><bdi dir="ltr">${escapeHtml(known)}</bdi></small>`
  }${isPending ? `<small>${escapeHtml(texts.pending)}</small>` : ''}</span>`;
  const name = `${texts.channels[channel]}: ${texts.topics}`;
  return `<div class="channel"><input type="hidden" name="shown" value="${channel}">
${box('channel', channel, isOn, label)}
${about.length === 0 ? '' : `<fieldset aria-label="${escapeHtml(name)}"><legend>${escapeHtml(texts.topics)}</legend>\n${about.join('\n')}</fieldset>`}
</div>`;
}

function box(name: string, value: string, isOn: boolean, label: string): string {
  return `<label><input type="checkbox" name="${name}" value="${escapeHtml(value)}"${isOn ? ' checked' : ''}>${label}</label>`;
}

/** In the page's language, else the site's, else any. */
function topicName({ id, name }: SiteSettings['topics'][number], language: Language, usual: string): string {
  const of = (tag: string) =>
    Object.entries(name).find(
      ([key]) => key.toLowerCase().split('-')[0] === tag.toLowerCase().split('-')[0],
    )?.[1];
  return of(language) ?? of(usual) ?? Object.values(name)[0] ?? id;
}

function html(title: string, body: string, { language, nonce }: PageOptions): string {
  return `<!doctype html>
<html lang="${language}" dir="${language === 'ar' ? 'rtl' : 'ltr'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escapeHtml(title)}</title>
<style nonce="${nonce}">${STYLE}</style>
</head>
<body><main>
${body}
</main></body>
</html>
`;
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
