import { exactMs } from './duration.ts';
import { isCommercial } from './experiment.ts';
import { nearest } from './field-lookup.ts';
import { arrivalsOf } from './journey-ways.ts';
import { error, type Problem, warning } from './problem.ts';
import { minutesOf, minutesQuiet } from './quiet-hours.ts';
import type { CampaignDraft } from './schema.ts';
import type { SiteContext } from './site-context.ts';
import { isJourney, type SentStep, type Step } from './steps.ts';
import { type Surroundings, validateRule } from './validate-rule.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Visitors of whom nothing is known but what they looked at are forgotten after so many days: profile/lifetime.ts. */
const KEPT_DAYS = 31;
/** An hour of the day is the least in which a message can be sent to everybody whom it is for. */
const MIN_OPEN_MINUTES = 60;

/** What speaks of a cart. */
const CART_EVENTS = ['cart_updated', 'add_to_cart', 'remove_from_cart', 'view_cart', 'begin_checkout'];

/** Whether whoever enters a campaign has, or had, something in the cart. */
export function isAboutCart({ entry }: Pick<CampaignDraft, 'entry'>): boolean {
  return entry.on === 'fact'
    ? entry.fact === 'cart.updatedAt'
    : entry.on === 'event' && CART_EVENTS.includes(entry.event ?? '');
}

/** Journeys that say nothing, the wrong thing, or at the wrong time; and popups that are set up like one. */
export function validateJourney(
  draft: CampaignDraft,
  around: Surroundings,
  { settings }: Pick<SiteContext, 'settings'>,
): Problem[] {
  if (!isJourney(draft)) return popupAlone(draft);
  const { steps } = draft;
  return [
    ...entryProblems(draft),
    ...boughtMeanwhile(draft),
    ...(steps.some(({ type }) => type === 'message')
      ? []
      : [error('/steps', 'The journey has no message, so that nothing is ever said.')]),
    ...stepProblems(steps, settings.retentionDays),
    ...steps.flatMap((step, index) => branchProblems(step, index, steps, around)),
    ...limits(draft),
    ...(sentSteps(steps).length > 0 ? quietProblems(draft) : []),
  ];
}

function popupAlone({ entry }: CampaignDraft): Problem[] {
  const problems: Problem[] = [];
  if (entry.on === 'fact') {
    const message =
      'Only a journey starts by a moment that has passed. A popup comes by what the visitor does: choose an event, a segment, or anything.';
    problems.push(error('/entry/on', message));
  }
  if (entry.anchor === 'first') {
    problems.push(warning('/entry/anchor', 'This has no effect: nothing waits in a popup.'));
  }
  return problems;
}

function entryProblems({ entry, steps }: CampaignDraft): Problem[] {
  const problems: Problem[] = [];
  if (entry.on === 'fact' && entry.anchor === 'first') {
    const message = `"${entry.fact}" is known as it is now, so that there is no first one: what waits begins anew with each change.`;
    problems.push(warning('/entry/anchor', message));
  }
  const longest = arrivalsOf(steps).reduce((most, arrival) => Math.max(most, arrival?.longestMs ?? 0), 0);
  if (entry.reentry !== null && exactMs(entry.reentry) < longest) {
    const message = `The journey takes up to ${inWords(longest)}, which is longer than this: whoever starts again meanwhile is still on the way, and goes on with that. Choose at least as long, or once.`;
    problems.push(warning('/entry/reentry', message));
  }
  return problems;
}

/** Whoever has bought is reminded of nothing. The goal ends a journey as well. */
function boughtMeanwhile(draft: CampaignDraft): Problem[] {
  const { exits, goal, steps } = draft;
  if (!isAboutCart(draft) || sentSteps(steps).length === 0 || goal?.event === 'purchase') return [];
  if (exits.some((exit) => 'event' in exit && exit.event === 'purchase')) return [];
  const message =
    'A purchase does not end it, so that buyers are reminded of a cart that they have paid for. Let it end by "purchase".';
  return [warning('/exits', message)];
}

function stepProblems(steps: readonly Step[], retentionDays: number): Problem[] {
  const arrivals = arrivalsOf(steps);
  return steps.flatMap((step, index): Problem[] => {
    const pointer = `/steps/${index}`;
    const arrival = arrivals[index];
    if (!arrival) return [warning(pointer, `No way leads to the step "${step.id}": it is never taken.`)];
    if (step.type === 'wait') return waitProblems(exactMs(step.for), `${pointer}/for`, retentionDays);
    if (step.type !== 'message' || step.channel !== 'push') return [];
    if (arrival.atOnce) {
      const message =
        'Nothing waits before this message: it goes out at once, while the visitor is still on the page. Let the journey wait first.';
      return [warning(pointer, message)];
    }
    if (arrival.sincePushMs >= HOUR_MS) return [];
    const message =
      'It follows the push before it within less than an hour. Who is disturbed so often switches messages off.';
    return [warning(pointer, message)];
  });
}

function waitProblems(ms: number, pointer: string, retentionDays: number): Problem[] {
  if (ms === 0) return [warning(pointer, 'No time at all: nothing waits here.')];
  if (ms > retentionDays * DAY_MS) {
    const message = `Profiles are erased after ${retentionDays} days without a visit, so that nobody comes to the end of this wait.`;
    return [error(pointer, message)];
  }
  if (ms <= KEPT_DAYS * DAY_MS) return [];
  const message = `Who has neither bought anything nor told who he is, nor takes push messages, is forgotten after ${KEPT_DAYS} days: only the others come to the end of this wait.`;
  return [warning(pointer, message)];
}

function branchProblems(step: Step, index: number, steps: readonly Step[], around: Surroundings): Problem[] {
  if (step.type !== 'branch') return [];
  const pointer = `/steps/${index}`;
  const problems = [
    ...validateRule(step.if, `${pointer}/if`, around),
    ...(['yes', 'no'] as const).flatMap((answer) =>
      targetProblems(step[answer], index, steps, `${pointer}/${answer}`),
    ),
  ];
  if (problems.length > 0) return problems;
  const placeOf = (id: string | null) =>
    id === null ? index + 1 : steps.findIndex((other) => other.id === id);
  return placeOf(step.yes) === placeOf(step.no)
    ? [warning(pointer, 'Both answers lead to the same step, so that nothing depends on them.')]
    : [];
}

function targetProblems(
  id: string | null,
  index: number,
  steps: readonly Step[],
  pointer: string,
): Problem[] {
  if (id === null) return [];
  const place = steps.findIndex((step) => step.id === id);
  if (place > index) return [];
  if (place >= 0) {
    const message = `"${id}" stands before this step. A journey leads on, never back: choose a later step.`;
    return [error(pointer, message)];
  }
  const meant = nearest(
    id,
    steps.slice(index + 1).map((step) => step.id),
  );
  return [error(pointer, `There is no step "${id}".${meant === null ? '' : ` Did you mean "${meant}"?`}`)];
}

function limits({ cap, goal, steps }: CampaignDraft): Problem[] {
  if (cap !== null || goal === null || !isCommercial(goal) || sentSteps(steps).length === 0) return [];
  const message =
    'Without limits it does not heed how many push messages a visitor has had today, whichever campaign they came from.';
  return [warning('/cap', message)];
}

function quietProblems({ quietHours, schedule, steps }: CampaignDraft): Problem[] {
  if (quietHours === null) return [];
  const [from, to] = quietHours;
  const quiet = minutesQuiet(quietHours);
  const isQuiet = (time: string) => (minutesOf(time) - minutesOf(from) + 1_440) % 1_440 < quiet;
  if (quiet === 0) {
    return [warning('/quietHours', 'They begin and end at the same time, so that there are none.')];
  }
  if (1_440 - quiet < MIN_OPEN_MINUTES) {
    const message = `They leave ${1_440 - quiet} min of the day, in which hardly anybody can be reached.`;
    return [error('/quietHours', message)];
  }
  // By the same clock, what the schedule allows may be all quiet.
  const hours = schedule.timezone === 'visitor' ? (schedule.hours ?? []) : [];
  if (hours.length > 0 && hours.every(([first, last]) => isWithin(first, last, from, quiet))) {
    const message = 'The hours of the schedule are all quiet, so that nothing is ever sent.';
    return [error('/quietHours', message)];
  }
  return steps.flatMap((step, index) =>
    step.type === 'wait_until' && step.timezone === 'visitor' && isQuiet(step.time)
      ? [
          warning(
            `/steps/${index}/time`,
            `${step.time} is in the quiet hours: what follows is sent at ${to}.`,
          ),
        ]
      : [],
  );
}

function isWithin(first: string, last: string, from: string, quiet: number): boolean {
  const start = (minutesOf(first) - minutesOf(from) + 1_440) % 1_440;
  const length = (minutesOf(last) - minutesOf(first) + 1_440) % 1_440 || 1_440;
  return start + length <= quiet;
}

/** Messages that go out to where the visitor is. */
function sentSteps(steps: readonly Step[]): SentStep[] {
  return steps.flatMap((step) => (step.type === 'message' && step.channel !== 'popup' ? [step] : []));
}

function inWords(ms: number): string {
  const [size, unit] = ms >= 2 * DAY_MS ? [DAY_MS, 'day'] : [HOUR_MS, 'hour'];
  const count = Math.ceil(ms / size);
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
