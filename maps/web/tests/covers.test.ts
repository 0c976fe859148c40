import { describe, expect, it } from 'vitest';
import { coversAfter, coversOf, coversText } from '../src/editing/covers';
import { append, insert, remove, reverse, type Parts } from '../src/editing/parts';

const line: Parts = [[[0, 0], [10, 0], [20, 0]]];

describe('covers at vertices', () => {
  it('are read only where there is one for each vertex', () => {
    expect(coversOf('0.8 1 １．２', 3)).toEqual([0.8, 1, 1.2]);
    expect(coversOf('0.8 1', 3)).toBeNull();
    expect(coversOf('0.8 -1 1', 3)).toBeNull();
    expect(coversOf('0.8 deep 1', 3)).toBeNull();
    expect(coversOf('', 0)).toBeNull();
    expect(coversText([0.8, 1.20000001])).toBe('0.8 1.2');
  });

  it('follow the line when it is changed', () => {
    const text = '1 2 4';
    expect(coversAfter(text, line, insert(line, { part: 0, index: 1 }, [5, 0]))).toBe('1 1.5 2 4');
    expect(coversAfter(text, line, remove(line, { part: 0, index: 1 }))).toBe('1 4');
    expect(coversAfter(text, line, reverse(line))).toBe('4 2 1');
    expect(coversAfter(text, line, append(line, [30, 0]))).toBe('1 2 4 4');
  });

  it('stay as they were written where they fit no line', () => expect(coversAfter('1 2', line, reverse(line))).toBe('1 2'));
});
