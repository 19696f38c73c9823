import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts the time of processes in hundredths of a second. */
const TICK_MS = 10;

interface Process {
  pid: number;
  name: string;
  parent: number;
  cpuMs: number;
}

/**
 * CPU time that the workerd processes below this one have used so far, ms in steps of 10. Inside workerd, clocks stand
 * still while code runs. `null` where there is no `/proc`.
 */
export function workerdCpu(): number | null {
  const all = processes();
  if (all.length === 0) return null;
  const ours = new Set([process.pid]);
  for (let before = 0; before < ours.size; ) {
    before = ours.size;
    for (const { pid, parent } of all) if (ours.has(parent)) ours.add(pid);
  }
  return all
    .filter(({ pid, name }) => ours.has(pid) && name.startsWith('workerd'))
    .reduce((sum, { cpuMs }) => sum + cpuMs, 0);
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
