import type { ContentBlock } from './content-schema.ts';
import { nearest } from './field-lookup.ts';
import { error, type Problem, warning } from './problem.ts';
import type { Content } from './schema.ts';
import { type PlacedBlock, placedBlocks } from './validate-blocks.ts';

type Step = { id: string | null; pointer: string; blocks: PlacedBlock[] };

/** Ways through a popup that lead nowhere, and forms that nobody can send. */
export function validateSteps(content: Content, pointer: string): Problem[] {
  const placed = placedBlocks(content, pointer);
  const steps: Step[] = [
    { id: null, pointer, blocks: placed.filter(({ step }) => step === null) },
    ...(content.steps ?? []).map(({ id }, index) => ({
      id,
      pointer: `${pointer}/steps/${index}`,
      blocks: placed.filter(({ step }) => step === id),
    })),
  ];
  return [
    ...missingSteps(steps),
    ...unreachedSteps(steps),
    ...steps.flatMap(sameNames),
    ...steps.flatMap(unsentForm),
    ...steps.flatMap(reachedWithoutConsent),
  ];
}

/** The ids to which a block leads, and where they stand. */
function targetsOf({ block, pointer }: PlacedBlock): { id: string; pointer: string }[] {
  if (block.type === 'button' && 'step' in block) {
    return block.step === undefined ? [] : [{ id: block.step, pointer: `${pointer}/step` }];
  }
  if (block.type !== 'rating') return [];
  return (block.next ?? []).map(({ step }, index) => ({
    id: step,
    pointer: `${pointer}/next/${index}/step`,
  }));
}

function missingSteps(steps: readonly Step[]): Problem[] {
  const ids = steps.flatMap(({ id }) => id ?? []);
  return steps
    .flatMap(({ blocks }) => blocks.flatMap(targetsOf))
    .filter(({ id }) => !ids.includes(id))
    .map(({ id, pointer }) => {
      const meant = nearest(id, ids);
      return error(pointer, `There is no step "${id}".${meant === null ? '' : ` Did you mean "${meant}"?`}`);
    });
}

function unreachedSteps(steps: readonly Step[]): Problem[] {
  const reached = new Set<string | null>([null]);
  // A set grows while it is gone through.
  for (const id of reached) {
    const step = steps.find((one) => one.id === id);
    for (const target of step?.blocks.flatMap(targetsOf) ?? []) reached.add(target.id);
  }
  return steps
    .filter(({ id }) => !reached.has(id))
    .map(({ id, pointer }) =>
      warning(pointer, `No button and no score leads to the step "${id}": nobody sees it.`),
    );
}

/** Each step is sent by itself, so that others may ask under the same name. */
function sameNames({ blocks }: Step): Problem[] {
  const seen = new Set<string>();
  return blocks.flatMap(({ block, pointer }) => {
    if (block.type !== 'field' && block.type !== 'rating') return [];
    const isSecond = seen.has(block.name);
    seen.add(block.name);
    if (!isSecond) return [];
    const message = `Two answers are called "${block.name}", so that one would be lost. Give this one another name.`;
    return [error(`${pointer}/name`, message)];
  });
}

function unsentForm({ blocks }: Step): Problem[] {
  const fields = blocks.filter(({ block }) => block.type === 'field');
  // A score that leads to a step is sent as soon as it is chosen.
  const ratings = blocks.filter(({ block }) => block.type === 'rating' && block.next === undefined);
  const submit = blocks.find(({ block }) => block.type === 'button' && block.action === 'submit');
  const [first] = [...fields, ...ratings];
  if (first && !submit) {
    const message = 'Nobody can send this: there is no button that submits it.';
    return [error(first.pointer, message)];
  }
  if (submit && !first)
    return [warning(submit.pointer, 'This button submits, but there is nothing to fill in.')];
  return [];
}

/** An address alone allows nobody to write to it. */
function reachedWithoutConsent({ blocks }: Step): Problem[] {
  const channels = new Set(blocks.flatMap(({ block }) => consentOf(block) ?? []));
  return blocks.flatMap(({ block, pointer }) => {
    if (block.type !== 'field' || (block.input !== 'email' && block.input !== 'phone')) return [];
    const isEmail = block.input === 'email';
    const isAgreed = isEmail
      ? channels.has('email')
      : ['sms', 'whatsapp', 'phone'].some((one) => channels.has(one));
    if (isAgreed) return [];
    const what = isEmail ? 'an e-mail address' : 'a phone number';
    const message = `It asks for ${what}, and nothing says what for. Without an agreement you may not send news there: add a checkbox or a text with one.`;
    return [warning(pointer, message)];
  });
}

function consentOf(block: ContentBlock): string | undefined {
  return block.type === 'field' || block.type === 'text' ? block.consent : undefined;
}
