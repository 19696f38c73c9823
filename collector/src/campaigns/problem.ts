/** Something about a draft that keeps it from being published (`error`), or that its author may not have meant. */
export interface Problem {
  severity: 'error' | 'warning';
  /** JSON pointer (RFC 6901) into the draft. */
  pointer: string;
  /** A sentence for a marketer. */
  message: string;
}

export function error(pointer: string, message: string): Problem {
  return { severity: 'error', pointer, message };
}

export function warning(pointer: string, message: string): Problem {
  return { severity: 'warning', pointer, message };
}

/** Each problem once. */
export function distinct(problems: readonly Problem[]): Problem[] {
  return [
    ...new Map(problems.map((problem) => [`${problem.pointer}\n${problem.message}`, problem])).values(),
  ];
}

/** Names in a sentence: `"a", "b" and "c"`. */
export function listed(names: readonly unknown[], last = 'and'): string {
  const quoted = names.map((name) => (typeof name === 'number' ? String(name) : `"${name}"`));
  const end = quoted.pop() ?? '';
  return quoted.length > 0 ? `${quoted.join(', ')} ${last} ${end}` : end;
}
