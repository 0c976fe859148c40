import { describe, expect, it } from 'vitest';
import { snap, type Segment, type SnapOptions } from '../src/geometry/snapping';
import type { Point } from '../src/geometry/points';

const line = (a: Point, b: Point, endsAtA = true, endsAtB = true): Segment => ({ a, b, endsAtA, endsAtB });

const options = (change: Partial<SnapOptions>): SnapOptions => ({
  segments: [],
  tolerance: 1,
  from: null,
  heading: null,
  ortho: false,
  lockedAngle: null,
  lockedLength: null,
  enabled: true,
  ...change,
});

const close = (at: Point, wanted: Point): void => {
  expect(at[0]).toBeCloseTo(wanted[0], 9);
  expect(at[1]).toBeCloseTo(wanted[1], 9);
};

const CROSS = [line([-10, 0], [10, 0]), line([0, -10], [0, 10])];

describe('snapping', () => {
  it('leaves a cursor alone in the open', () => {
    expect(snap([5, 5], options({ segments: CROSS }))).toEqual({ at: [5, 5], kind: 'none', guides: [] });
  });

  it('prefers a vertex to everything', () => {
    const found = snap([9.6, 0.5], options({ segments: [...CROSS, line([9.5, -5], [9.5, 5])] }));
    expect(found.kind).toBe('vertex');
    close(found.at, [10, 0]);
  });

  it('prefers an intersection to an edge', () => {
    const found = snap([0.4, 0.6], options({ segments: CROSS }));
    expect(found.kind).toBe('intersection');
    close(found.at, [0, 0]);
  });

  it('takes the foot of the perpendicular from the last point', () => {
    const found = snap([3.4, 0.5], options({ segments: CROSS, from: [3, 7] }));
    expect(found.kind).toBe('perpendicular');
    close(found.at, [3, 0]);
  });

  it('falls back to the edge', () => {
    const found = snap([5, 0.8], options({ segments: CROSS, from: [-4, 8] }));
    expect(found.kind).toBe('edge');
    close(found.at, [5, 0]);
  });

  it('prolongs the end of a line, and only an end', () => {
    const found = snap([13, 0.4], options({ segments: CROSS }));
    expect(found.kind).toBe('extension');
    close(found.at, [13, 0]);
    expect(snap([13, 0.4], options({ segments: [line([-10, 0], [10, 0], true, false)] })).kind).toBe('none');
    expect(snap([40, 0.4], options({ segments: CROSS })).kind).toBe('none');
  });

  it('turns square to the grid and to the last segment', () => {
    const straight = snap([20, 3], options({ from: [0, 0], ortho: true }));
    expect(straight.kind).toBe('ortho');
    close(straight.at, [20, 0]);
    const turned = snap([9, 11], options({ from: [0, 0], ortho: true, heading: Math.PI / 4 }));
    close(turned.at, [10, 10]);
  });

  it('ends an ortho ray on the edge it meets', () => {
    const found = snap([20.3, 0.4], options({ from: [0, 0], ortho: true, segments: [line([20, -30], [20, 30])] }));
    expect(found.kind).toBe('intersection');
    close(found.at, [20, 0]);
  });

  it('keeps a locked angle even beside a vertex, both ways round', () => {
    const locked = options({ from: [0, 0], lockedAngle: Math.PI / 2, segments: CROSS });
    close(snap([0.7, 9.8], locked).at, [0, 9.8]);
    close(snap([0.7, -7.8], locked).at, [0, -7.8]);
  });

  it('measures a locked length off the direction that came out', () => {
    const found = snap([3, 4], options({ from: [0, 0], lockedLength: 10 }));
    expect(found.kind).toBe('length');
    close(found.at, [6, 8]);
    close(snap([3, 0.4], options({ from: [0, 0], lockedLength: 10, ortho: true })).at, [10, 0]);
  });

  it('can be switched off', () => {
    expect(snap([9.9, 0.1], options({ segments: CROSS, enabled: false })).kind).toBe('none');
  });

  it('survives segments of no length', () => {
    expect(snap([1, 1], options({ segments: [line([5, 5], [5, 5])], from: [1, 1], ortho: true })).at).toEqual([1, 1]);
  });
});
