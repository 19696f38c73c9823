import { Context, filters, Liquid, type Template } from 'liquidjs';
import { type Formatting, formatDate, money, plural } from './liquid-filters.ts';

/** What a template may read; everything else is a mistake of its author. */
export const VARIABLES = ['visitor', 'session', 'page', 'cart', 'event', 'facts', 'coupon', 'now'] as const;
export type Variable = (typeof VARIABLES)[number];

/** JSON under each name; what is missing renders as nothing. */
export type PersonalData = Readonly<Partial<Record<Variable, unknown>>>;

/** Without those that read files, write HTML or change what the next text sees. */
export const TAGS = [
  ...['assign', 'break', 'capture', 'case', 'comment', 'continue', 'cycle', 'echo', 'for', 'if', 'liquid'],
  ...['raw', 'unless', '#'],
];

/** Those of Liquid that make sense for plain text. Escaping is left out: texts never become HTML. */
export const FILTERS = [
  ...['abs', 'append', 'at_least', 'at_most', 'capitalize', 'ceil', 'compact', 'concat', 'default'],
  ...['divided_by', 'downcase', 'first', 'floor', 'join', 'last', 'lstrip', 'map', 'minus', 'modulo', 'plus'],
  ...['prepend', 'remove', 'remove_first', 'remove_last', 'replace', 'replace_first', 'replace_last'],
  ...['reverse', 'round', 'rstrip', 'size', 'slice', 'sort', 'sort_natural', 'split', 'strip'],
  ...['strip_newlines', 'sum', 'times', 'truncate', 'truncatewords', 'uniq', 'upcase', 'where'],
  ...['date', 'money', 'plural'],
];

/** Characters of one template. */
const MAX_TEMPLATE_LENGTH = 20_000;
/** Of one content: parts of templates that are rendered, in all rounds of all loops. */
const MAX_STEPS = 20_000;
/** Of one content: characters and list entries that filters and outputs handle. */
const MAX_MEMORY = 500_000;

/** Of an output: how it reached the text. Kept in a register of the rendering. */
interface Output {
  plain: string;
  written: string;
}

const liquid = engine();

function engine(): Liquid {
  const made = new Liquid({
    strictFilters: true,
    ownPropertyOnly: true,
    parseLimit: MAX_TEMPLATE_LENGTH,
    memoryLimit: MAX_MEMORY,
    templates: {},
    outputEscape: write,
  });
  for (const name of Object.keys(made.tags)) if (!TAGS.includes(name)) delete made.tags[name];
  for (const name of Object.keys(made.filters)) if (!FILTERS.includes(name)) made.unregisterFilter(name);
  made.registerFilter('money', money);
  made.registerFilter('date', formatDate(filters.date));
  made.registerFilter('plural', plural);
  return made;
}

/** Every value goes through here on its way into the text. */
function write(this: unknown, value: unknown): string {
  const { context } = this as { context: Context };
  if (context.strictVariables && (value === null || value === undefined))
    throw new Error('a value is missing');
  const plain = plainText(value);
  context.memoryLimit.use(plain.length);
  const outputs: Output[] | undefined = context.getRegister('outputs');
  if (outputs === undefined) return plain;
  const written = encodeURIComponent(plain.toWellFormed());
  outputs.push({ plain, written });
  return written;
}

function plainText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.map(plainText).join('');
  if (typeof value !== 'object') return String(value);
  throw new Error('an object cannot be shown as text; name one of its values');
}

export function hasLiquid(text: string): boolean {
  return text.includes('{{') || text.includes('{%');
}

const parsed = new Map<string, Template[]>();
const MAX_PARSED = 1_000;

/** @throws what liquidjs says of a template that cannot be read */
export function parse(text: string): Template[] {
  const known = parsed.get(text);
  if (known) return known;
  const template = liquid.parse(text);
  if (parsed.size >= MAX_PARSED) parsed.clear();
  parsed.set(text, template);
  return template;
}

export interface Renderer {
  /**
   * @param own what this text alone sees, in place of what all of them do
   * @throws when the template fails on this data, or goes beyond what one content may use
   */
  text(template: string, own?: PersonalData): string;
  /** Values are percent-encoded, unless a value is the whole address. Throws as {@link Renderer.text} does. */
  address(template: string, own?: PersonalData): string;
}

export interface Reading {
  /** What may be read besides, by name. */
  more?: Readonly<Record<string, unknown>>;
  /** Whether it is a fault when a value is missing that no `default` stands in for. */
  strict?: boolean;
}

/** Renders the texts of one content, which share the limits on work and memory. */
export function rendererOf(
  data: PersonalData,
  formatting: Formatting,
  { more = {}, strict = false }: Reading = {},
): Renderer {
  const all = { ...more, ...Object.fromEntries(VARIABLES.map((name) => [name, data[name]])) };
  const scopeWith = (own: PersonalData = {}) => Object.assign(Object.create(null), all, own);
  const options = { ...liquid.options, ...formatting, lenientIf: true };
  const shared = new Context({}, options, { sync: true, strictVariables: strict }, { liquid });
  // Time stands still in a Worker that waits for nothing: steps are counted instead. Asked once for each of them.
  let steps = 0;
  shared.renderLimit.check = () => {
    if (++steps > MAX_STEPS) throw new Error('it takes too long');
  };
  return {
    text: (template, own) => liquid.renderSync(parse(template), shared.spawn(scopeWith(own))),
    address(template, own) {
      const context = shared.spawn(scopeWith(own));
      const outputs: Output[] = [];
      context.setRegister('outputs', outputs);
      const address = String(liquid.renderSync(parse(template), context)).trim();
      const [only, ...others] = outputs.filter(({ plain }) => plain !== '');
      return only && others.length === 0 && only.written === address ? only.plain.trim() : address;
    },
  };
}
