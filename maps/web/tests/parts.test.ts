import { describe, expect, it } from 'vitest';
import * as parts from '../src/editing/parts';
import type { Parts } from '../src/editing/parts';

const LINE: Parts = [[[0, 0], [10, 0], [10, 10]]];

describe('changes of a line', () => {
  it('rounds to the millimetre when it appends', () => {
    expect(parts.append([[[0, 0]]], [505631.99999999994, 3.00049])).toEqual([[[0, 0], [505632, 3]]]);
  });

  it('takes the same place twice in a row once', () => {
    expect(parts.append(LINE, [10.0001, 10])).toBe(LINE);
    expect(parts.append([], [1, 2])).toEqual([[[1, 2]]]);
  });

  it('moves, inserts and removes without touching the old line', () => {
    const before = JSON.stringify(LINE);
    expect(parts.move(LINE, { part: 0, index: 1 }, [5, 5])).toEqual([[[0, 0], [5, 5], [10, 10]]]);
    expect(parts.insert(LINE, { part: 0, index: 1 }, [5, 0])).toEqual([[[0, 0], [5, 0], [10, 0], [10, 10]]]);
    expect(parts.remove(LINE, { part: 0, index: 1 })).toEqual([[[0, 0], [10, 10]]]);
    expect(JSON.stringify(LINE)).toBe(before);
  });

  it('drops a part that is no line any more', () => {
    const two: Parts = [...LINE, [[0, 5], [1, 5]]];
    expect(parts.remove(two, { part: 1, index: 0 })).toEqual(LINE);
    expect(parts.remove([[[1, 1], [2, 2]]], { part: 0, index: 1 }, true)).toEqual([[[1, 1]]]);
  });

  it('reverses the order of parts and points, and twice is nothing', () => {
    const two: Parts = [...LINE, [[0, 5], [1, 5]]];
    expect(parts.reverse(two)[0]).toEqual([[1, 5], [0, 5]]);
    expect(parts.reverse(parts.reverse(two))).toEqual(two);
  });

  it('finds the vertex under the pointer and the middles of segments', () => {
    expect(parts.nearestVertex(LINE, [9.5, 0.2], 1)).toMatchObject({ part: 0, index: 1 });
    expect(parts.nearestVertex(LINE, [5, 5], 1)).toBeNull();
    expect(parts.middles(LINE)).toEqual([{ part: 0, index: 1, at: [5, 0] }, { part: 0, index: 2, at: [10, 5] }]);
  });

  it('knows the direction of the last segment', () => {
    expect(parts.heading(LINE)).toBeCloseTo(Math.PI / 2);
    expect(parts.heading([[[0, 0]]])).toBeNull();
  });
});
