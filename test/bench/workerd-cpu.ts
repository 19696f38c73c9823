import { isWorkerd, ownProcesses } from './processes.ts';

/**
 * CPU time that the workerd processes below this one have used so far, ms in steps of 10. Inside workerd, clocks stand
 * still while code runs. `null` where there is no `/proc`.
 */
export function workerdCpu(): number | null {
  const ours = ownProcesses();
  if (ours.length === 0) return null;
  return ours.filter(isWorkerd).reduce((sum, { cpuMs }) => sum + cpuMs, 0);
}
