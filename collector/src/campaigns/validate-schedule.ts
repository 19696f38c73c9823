import { firstMomentAt, wallTime } from './local-time.ts';
import { error, type Problem, warning } from './problem.ts';
import { inSchedule, momentIn, type Schedule } from './schedule.ts';
import type { SiteContext } from './site-context.ts';

const DAY_MS = 86_400_000;
/** The clock that is behind all others. */
const LAST_ZONE = 'Etc/GMT+12';
/** In so many days every hour of every weekday comes. */
const WEEK_AND_MORE = 8;

/** A schedule that is over, or that never lets the campaign begin. */
export function validateSchedule(
  schedule: Schedule,
  { settings, now }: Pick<SiteContext, 'settings' | 'now'>,
): Problem[] {
  const { start, end, days, hours, timezone } = schedule;
  if (end === undefined) return [];
  const zone = timezone === 'visitor' ? LAST_ZONE : timezone === 'site' ? settings.timeZone : timezone;
  const until = momentIn(end, zone);
  if (until <= now)
    return [warning('/schedule/end', 'The schedule is over: the campaign is not shown any more.')];
  const from = start === undefined ? now : Math.max(now, momentIn(start, zone));
  if (from >= until) {
    return [error('/schedule/end', 'The campaign would be over before it starts.')];
  }
  if ((!days && !hours) || until - from >= WEEK_AND_MORE * DAY_MS) return [];
  const zones = { visitor: zone, site: zone };
  const isOpen = openings(schedule, from, until, zone).some(
    (moment) => inSchedule(schedule, moment, zones).open,
  );
  if (isOpen) return [];
  const pointer = days ? '/schedule/days' : '/schedule/hours';
  return [
    error(pointer, 'None of these days and hours lies between the start and the end, so it is never shown.'),
  ];
}

/** Moments at which a schedule can open: its beginning, midnight, and the first minute of its hours. */
function openings({ hours = [] }: Schedule, from: number, until: number, zone: string): number[] {
  const midnight = Math.floor(wallTime(from, zone) / DAY_MS) * DAY_MS;
  const minutes = [0, ...hours.map(([first]) => Number(first.slice(0, 2)) * 60 + Number(first.slice(3)))];
  const later = Array.from({ length: WEEK_AND_MORE + 1 }, (_, day) =>
    minutes.map((minute) => firstMomentAt(midnight + day * DAY_MS + minute * 60_000, zone)),
  );
  return [from, ...later.flat().filter((moment) => moment > from && moment < until)];
}
