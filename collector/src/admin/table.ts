/** Tables as text: https://www.rfc-editor.org/rfc/rfc4180 */

/** One line of a table, with its end. */
export function tableLine(cells: readonly (string | null)[]): string {
  return `${cells.map((cell) => quoted(cell ?? '')).join(',')}\r\n`;
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** A row of a table by the names in its first line; `line` counts from 1. */
export interface TableRow {
  line: number;
  cells: Record<string, string>;
}

/** The rows of a table, by the names in its first line; empty lines are none. Cells are parted by commas, or semicolons. */
export function readTable(text: string): TableRow[] {
  const [head, ...rows] = linesIn(text.replace(/^\uFEFF/, ''));
  const names = head?.cells.map((name) => name.trim()) ?? [];
  return rows.map(({ line, cells }) => ({
    line,
    cells: Object.fromEntries(names.map((name, index) => [name, cells[index]?.trim() ?? ''])),
  }));
}

function linesIn(text: string): { line: number; cells: string[] }[] {
  const separator = /^[^\r\n,]*;/.test(text) ? ';' : ',';
  // A mark that is never closed is one like any.
  const cell = `("(?:[^"]|"")*"|[^\\r\\n${separator}]*)`;
  const pattern = new RegExp(`${cell}(${separator}|\\r\\n|\\n|\\r|$)`, 'y');
  const lines: { line: number; cells: string[] }[] = [];
  let [line, begun, cells] = [1, 1, [] as string[]];
  while (pattern.lastIndex < text.length) {
    const found = pattern.exec(text);
    if (!found) break;
    const [whole, written = '', end = ''] = found;
    cells.push(/^".*"$/s.test(written) ? written.slice(1, -1).replaceAll('""', '"') : written);
    line += whole.match(/\r\n|\n|\r/g)?.length ?? 0;
    if (end === separator) continue;
    if (cells.some((one) => one.trim() !== '')) lines.push({ line: begun, cells });
    [begun, cells] = [line, []];
  }
  return lines;
}
