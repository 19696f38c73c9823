import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts the time of processes in hundredths of a second. */
const TICK_MS = 10;

export interface Process {
  pid: number;
  name: string;
  parent: number;
  cpuMs: number;
}

/** The processes below this one that are there now; none where there is no `/proc`. */
export function ownProcesses(): Process[] {
  const all = processes();
  const ours = new Set([process.pid]);
  for (let before = 0; before < ours.size; ) {
    before = ours.size;
    for (const { pid, parent } of all) if (ours.has(parent)) ours.add(pid);
  }
  return all.filter(({ pid }) => ours.has(pid) && pid !== process.pid);
}

/** Whether a process is a workerd. */
export function isWorkerd({ name }: Pick<Process, 'name'>): boolean {
  return name.startsWith('workerd');
}

/** MB of memory that a process holds now, and that it held at the most. */
export function memoryOf(pid: number): { now: number; peak: number } {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const mb = (field: string) =>
      Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) / 1_000;
    return { now: mb('VmRSS'), peak: mb('VmHWM') };
  } catch {
    return { now: 0, peak: 0 };
  }
}

function processes(): Process[] {
  try {
    return readdirSync('/proc').flatMap((entry) => (/^\d+$/.test(entry) ? processOf(Number(entry)) : []));
  } catch {
    return [];
  }
}

/** See proc(5): the name stands in brackets, and may have brackets itself. */
function processOf(pid: number): Process[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
    const rest = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [parent, userTime, systemTime] = [rest[1], rest[11], rest[12]].map(Number);
    return [{ pid, name, parent: parent ?? 0, cpuMs: ((userTime ?? 0) + (systemTime ?? 0)) * TICK_MS }];
  } catch {
    // It has ended meanwhile.
    return [];
  }
}
