import { z } from 'zod';

const MAX_LENGTH = 200;

/** Why something cannot be used, in short: of a schema's error the first issue, and where it is. */
export function reasonOf(error: unknown): string {
  const [issue] = error instanceof z.ZodError ? error.issues : [];
  const reason = issue ? `"${issue.path.join('.')}": ${issue.message}` : (error as Error).message;
  return reason.slice(0, MAX_LENGTH);
}
