import type { ErrorAnswer, ErrorCode } from '../../sdk/src/message.ts';

/** The status with which each is answered. */
export const STATUS = {
  bad_request: 400,
  unauthorized: 401,
  forbidden_origin: 403,
  not_found: 404,
  conflict: 409,
  gone: 410,
  too_large: 413,
  invalid: 422,
  rate_limited: 429,
  internal: 500,
  unavailable: 503,
} as const satisfies Record<ErrorCode, number>;

export const ERROR_CODES = Object.keys(STATUS) as ErrorCode[];

/** A request that cannot be served, said to the person who can act on it. */
export class RequestError extends Error {
  readonly code: ErrorCode;
  /** Seconds; sent as `Retry-After`. */
  readonly retryAfter: number | undefined;

  constructor(code: ErrorCode, message: string, retryAfter?: number) {
    super(message);
    this.code = code;
    this.retryAfter = retryAfter;
  }

  toResponse(): Response {
    const headers = new Headers();
    if (this.retryAfter !== undefined) headers.set('Retry-After', String(this.retryAfter));
    const body: ErrorAnswer = { success: false, error: { code: this.code, message: this.message } };
    return Response.json(body, { status: STATUS[this.code], headers });
  }
}
