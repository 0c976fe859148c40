import { describe, expect, it } from 'vitest';
import type { Geometry } from '../src/api/types';
import { withHeights } from '../src/editing/heights';

const line = (...coordinates: number[][]): Geometry => ({ type: 'LineString', coordinates }) as unknown as Geometry;
const raised = line([0, 0, 100], [10, 0, 102], [20, 0, 103]);

describe('heights', () => {
  it('keeps the height of a vertex that stayed', () => {
    expect(withHeights(line([0, 0], [10, 0], [20, 0]), raised)).toEqual(raised);
  });

  it('gives a new vertex the height of its place, and a moved one that of the nearest', () => {
    expect(withHeights(line([0, 0], [5, 0], [20, 3]), raised)).toEqual(line([0, 0, 100], [5, 0, 101], [20, 3, 103]));
  });

  it('leaves a line alone that had no heights, or not at every vertex', () => {
    const plane = line([0, 0], [10, 0]);
    expect(withHeights(plane, null)).toBe(plane);
    expect(withHeights(plane, line([0, 0], [9, 9]))).toBe(plane);
    expect(withHeights(plane, line([0, 0, 1], [9, 9]))).toBe(plane);
  });

  it('works part by part', () => {
    const parts = { type: 'MultiLineString', coordinates: [[[0, 0, 1], [1, 0, 1]], [[5, 5, 7], [6, 5, 7]]] } as unknown as Geometry;
    const drawn = { type: 'MultiLineString', coordinates: [[[0, 0], [1, 0]], [[5, 5], [6, 5]]] } as unknown as Geometry;
    expect(withHeights(drawn, parts)).toEqual(parts);
  });
});
