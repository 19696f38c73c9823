/** A line that is no code; `line` counts from 1. */
export interface InvalidCode {
  line: number;
  code: string;
  reason: string;
}

export interface ReadCodes {
  codes: string[];
  /** How many were said before, in any case. */
  repeated: number;
  invalid: InvalidCode[];
}

const MAX_LENGTH = 64;
/** Of what cannot be used, so much is repeated in the answer. */
const MAX_SHOWN = 80;
const HEADING = /^(coupon|promo|discount|voucher)?[ _-]?codes?$|^coupons?$/i;

/** What was uploaded at a line. */
export interface Line {
  line: number;
  value: unknown;
}

/** The codes among these lines, each once; what is none costs its neighbours nothing. */
export function readCodes(lines: readonly Line[]): ReadCodes {
  const known = new Set<string>();
  const read: ReadCodes = { codes: [], repeated: 0, invalid: [] };
  for (const { line, value } of lines) {
    const code = typeof value === 'string' ? value.trim() : JSON.stringify(value);
    const reason = typeof value === 'string' ? faultOf(code) : 'must be text';
    if (reason !== null) {
      read.invalid.push({ line, code: code.slice(0, MAX_SHOWN).toWellFormed(), reason });
    } else if (known.has(asciiLower(code))) {
      read.repeated++;
    } else {
      known.add(asciiLower(code));
      read.codes.push(code);
    }
  }
  return read;
}

/** One code a line; empty lines are none. Of a table the first column, without its heading. */
export function linesOf(text: string, isTable: boolean): Line[] {
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .map((line, index) => ({ line: index + 1, value: isTable ? firstCell(line) : line }))
    .filter(
      ({ line, value }) => value.trim() !== '' && !(isTable && line === 1 && HEADING.test(value.trim())),
    );
}

function firstCell(line: string): string {
  const quoted = /^\s*"((?:[^"]|"")*)"/.exec(line)?.[1];
  return quoted?.replaceAll('""', '"') ?? line.split(/[,;\t]/)[0] ?? '';
}

function faultOf(code: string): string | null {
  if (code === '') return 'is empty';
  if ([...code].length > MAX_LENGTH) return `is longer than ${MAX_LENGTH} characters`;
  if (code.includes(',')) return 'has a comma, which separates codes in an order';
  return /^(?:[^\p{C}\p{Z}]| )+$/u.test(code) ? null : 'has a character that cannot be seen';
}

/** As the database compares codes. */
function asciiLower(code: string): string {
  return code.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
