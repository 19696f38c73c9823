import { isRefused } from './trusted-address.ts';
import type { WorkerFault } from './worker-fault.ts';

/** The types that browsers take for a worker: https://mimesniff.spec.whatwg.org/#javascript-mime-type */
const JAVASCRIPT = /^\s*(text|application)\/(x-)?(java|ecma|live|j)script/i;

/**
 * Whether a browser would take the file for a worker: on this origin, answered 200 without a redirect, as JavaScript,
 * and by its address from us.
 * A browser that is asked for its permission before would have given it for nothing.
 * @returns what is wrong
 */
export async function faultOf(address: string): Promise<WorkerFault | undefined> {
  if (new URL(address).origin !== location.origin) return { reason: 'worker_origin', address };
  if (isRefused(address)) return { reason: 'worker_trusted_types', address };
  try {
    const { type, status, headers, body } = await fetch(address, { redirect: 'manual', cache: 'no-cache' });
    body?.cancel();
    if (type === 'opaqueredirect') return { reason: 'worker_redirected', address };
    if (status !== 200) return { reason: 'worker_status', address, status };
    if (!JAVASCRIPT.test(headers.get('content-type') ?? ''))
      return { reason: 'worker_type', address, status };
  } catch {
    return { reason: 'worker_unreachable', address };
  }
}
