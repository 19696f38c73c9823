import type { z } from 'zod';
import { RequestError } from '../errors.ts';

/** For `zValidator`: a body that does not fit is answered 400 with the first fault and where it is. */
export function explainInvalid(
  result: { success: true } | { success: false; error: z.core.$ZodError },
): void {
  if (result.success) return;
  const [issue] = result.error.issues;
  const where = issue?.path.length ? `"${issue.path.join('.')}": ` : '';
  throw new RequestError('bad_request', `${where}${issue?.message ?? 'The body is not valid'}.`);
}
