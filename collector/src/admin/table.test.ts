import { describe, expect, it } from 'vitest';
import { readTable, tableLine } from './table.ts';

describe('a table', () => {
  it('is read as it was written, whatever its cells say', () => {
    const said = ['plain', 'a, b', 'with "marks"', 'two\nlines', '', ' ', 'ümläut;'];
    const names = said.map((_, index) => `n${index}`);
    const [row] = readTable(tableLine(names) + tableLine(said));
    expect(row?.cells).toEqual(Object.fromEntries(names.map((name, index) => [name, said[index]?.trim()])));
  });

  it('keeps the numbers of its lines, passes over empty ones, and knows other separators', () => {
    expect(readTable('\uFEFFa;b\r\n1;"x\r\ny"\r\n\r\n2;z')).toEqual([
      { line: 2, cells: { a: '1', b: 'x\r\ny' } },
      { line: 5, cells: { a: '2', b: 'z' } },
    ]);
    expect(readTable('a,b\n1')).toEqual([{ line: 2, cells: { a: '1', b: '' } }]);
    expect(readTable('')).toEqual([]);
  });

  it('with a mark that is never closed is read to its end', () => {
    expect(readTable('a,b\n"1,2\n3,4')).toHaveLength(2);
  });
});
