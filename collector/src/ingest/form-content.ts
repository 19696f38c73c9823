import type { ConsentChannel, FieldInput, RatingScale, TextRun } from '../../../sdk/src/message.ts';
import { hasLiquid } from '../campaigns/liquid.ts';
import type { Program } from '../campaigns/program.ts';
import type { Campaign } from '../campaigns/schema.ts';
import { popupSteps } from '../campaigns/steps.ts';

/** What of a block matters to the answers that it gets. */
interface FormBlock {
  type: string;
  name?: string | undefined;
  input?: FieldInput | undefined;
  label?: string | undefined;
  required?: boolean | undefined;
  options?: readonly { value: string }[] | undefined;
  consent?: ConsentChannel | undefined;
  doubleOptIn?: boolean | undefined;
  runs?: readonly TextRun[] | undefined;
  scale?: RatingScale | undefined;
}
export interface FormContent {
  blocks: readonly FormBlock[];
  steps?: readonly { id: string; blocks: readonly FormBlock[] }[] | undefined;
}

export interface AskedField {
  input: FieldInput;
  /** In the step that was answered. */
  required: boolean;
  /** Of a select. */
  options: readonly string[] | null;
}
export interface AskedConsent {
  channel: ConsentChannel;
  /** The checkbox that has to be ticked; `null`: sending the form agrees. */
  field: string | null;
  /** As it was published; `null`: it is filled in for each visitor. */
  text: string | null;
  doubleOptIn: boolean;
}
export interface AskedRating {
  scale: RatingScale;
  /** As it was published; `null`: it is filled in for each visitor. */
  question: string | null;
}

/** What a content asks of its visitor. Where two steps ask under one name, the one that was answered counts. */
export interface Asks {
  fields: ReadonlyMap<string, AskedField>;
  consents: readonly AskedConsent[];
  ratings: ReadonlyMap<string, AskedRating>;
}

/** @param step that was answered; `''`: what comes first */
export function asksOf({ blocks, steps = [] }: FormContent, step: string): Asks {
  const fields = new Map<string, AskedField>();
  const ratings = new Map<string, AskedRating>();
  const all = [{ id: '', blocks }, ...steps];
  const answered = all.filter(({ id }) => id === step);
  const others = all.filter(({ id }) => id !== step);
  const ordered = [...answered, ...others].flatMap((one) =>
    one.blocks.map((block) => ({ block, here: one.id === step })),
  );
  for (const { block, here } of ordered) {
    const { type, name, input, scale, options } = block;
    if (name === undefined) continue;
    if (type === 'field' && input !== undefined && !fields.has(name)) {
      const values = input === 'select' && options ? options.map(({ value }) => value) : null;
      fields.set(name, { input, required: here && block.required === true, options: values });
    }
    if (type === 'rating' && scale !== undefined && !ratings.has(name))
      ratings.set(name, { scale, question: fixedText(block.label ?? '') });
  }
  return { fields, ratings, consents: ordered.flatMap(({ block }) => consentIn(block)) };
}

function consentIn({ type, name, label = '', runs = [], consent, doubleOptIn }: FormBlock): AskedConsent[] {
  if (consent === undefined) return [];
  const text =
    type === 'field' ? label : runs.map((run) => (typeof run === 'string' ? run : run.text)).join('');
  const field = type === 'field' ? (name ?? null) : null;
  return [{ channel: consent, field, text: fixedText(text), doubleOptIn: doubleOptIn === true }];
}

function fixedText(text: string): string | null {
  return hasLiquid(text) ? null : text;
}

/** The campaign of `id@version`, and whether this version of it is the one that is published. */
export function campaignNamed(
  reference: string,
  program: Program,
): { campaign: Campaign; isPublished: boolean } | null {
  const [, id = '', version] = /^(.+)@(\d{1,9})$/.exec(reference) ?? [];
  const campaign = program.byId.get(id)?.campaign;
  return campaign ? { campaign, isPublished: campaign.version === Number(version) } : null;
}

/** What a variant says in a language; `null` when it does not say it. */
export function contentNamed(
  { steps }: Campaign,
  variant: string | null,
  locale: string | null,
): FormContent | null {
  const variants = popupSteps(steps).flatMap(({ step }) => step.variants);
  const languages = variants.find(({ key }) => key === variant)?.content ?? {};
  const tag = Object.keys(languages).find((one) => one.toLowerCase() === locale?.toLowerCase());
  return (tag === undefined ? undefined : languages[tag]) ?? null;
}

function consentsOf(campaigns: readonly Campaign[]): AskedConsent[] {
  const contents = campaigns.flatMap(({ steps }): FormContent[] =>
    popupSteps(steps).flatMap(({ step }) => step.variants.flatMap(({ content }) => Object.values(content))),
  );
  return contents.flatMap((content) => asksOf(content, '').consents);
}

const doubleOptIns = new WeakMap<Program, ReadonlySet<ConsentChannel>>();

/**
 * Whether a consent of which it cannot be told what was shown needs to be confirmed: as its campaign wants it for the
 * channel, else as any campaign of the site does.
 */
export function asksDoubleOptIn(channel: ConsentChannel, program: Program, campaign?: Campaign): boolean {
  const own = campaign ? consentsOf([campaign]).filter((asked) => asked.channel === channel) : [];
  if (own.length > 0) return own.some(({ doubleOptIn }) => doubleOptIn);
  let channels = doubleOptIns.get(program);
  if (!channels) {
    const asked = consentsOf(program.campaigns.map((compiled) => compiled.campaign));
    channels = new Set(asked.filter(({ doubleOptIn }) => doubleOptIn).map((one) => one.channel));
    doubleOptIns.set(program, channels);
  }
  return channels.has(channel);
}
