import { describe, expect, it } from 'vitest';
import type { Geometry, RouteDifference, RouteParting } from '../src/api/types';
import { placeAt, stretchesOf } from '../src/stages/figures';

const parting = (change: Partial<RouteParting>): RouteParting => ({ from_m: 0, to_m: 1, foot_from_m: 0, foot_to_m: 1, greatest_m: 1, at_m: 0.5, side: 'left', ...change });
const difference = (away: RouteParting[], left_out: RouteParting[]): RouteDifference => ({
  earlier: 'planned', later: 'surveyed', earlier_m: 100, later_m: 100, greatest_m: 1, at: [0, 0], mean_m: 0, tolerance_m: 0.5, away, left_out,
});
const plan: Geometry = { type: 'LineString', coordinates: [[0, 0], [100, 0]] };
const seen: Geometry = { type: 'LineString', coordinates: [[0, 0], [50, 3], [100, 0]] };

describe('places along a line', () => {
  it('walk through all parts, and the gap between two adds nothing', () => {
    const parts = [[[0, 0], [10, 0]], [[10, 5], [10, 25]]] as const;
    expect(placeAt(parts, 4)).toEqual([4, 0]);
    expect(placeAt(parts, 15)).toEqual([10, 10]);
    expect(placeAt(parts, 99)).toEqual([10, 25]);
    expect(placeAt([], 1)).toBeNull();
  });
});

describe('stretches of a difference', () => {
  it('stand in the order of the earlier line, whichever way the later one runs', () => {
    const found = stretchesOf(difference([parting({ foot_from_m: 60, foot_to_m: 40, at_m: 0 }), parting({ foot_from_m: 5, foot_to_m: 9 })], []), plan, seen);
    expect(found.map(({ from, to }) => [from, to])).toEqual([[5, 9], [40, 60]]);
    expect(found[1]!.place).toEqual([0, 0]);
  });

  it('tell once what the later line passes at a distance, and what it does not reach', () => {
    const found = stretchesOf(difference([parting({ foot_from_m: 40, foot_to_m: 60 })], [parting({ from_m: 45, to_m: 55 }), parting({ from_m: 90, to_m: 100, at_m: 100 })]), plan, seen);
    expect(found.map(({ kind, from }) => [kind, from])).toEqual([['away', 40], ['left_out', 90]]);
    expect(found[1]!.place).toEqual([100, 0]);
  });
});
