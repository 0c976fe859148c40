/** A route as planned, surveyed and laid: where stretches lie, and what is said of them. */

import type { Geometry, RouteDifference, RouteParting } from '../api/types';
import { partsOf } from '../editing/draft';
import type { Parts } from '../editing/parts';
import { distance, type Point } from '../geometry/points';

/** How the line of each stage is drawn, apart in colour and in dash: a print in grey still tells them. */
export const LOOKS = {
  planned: { colour: '#1f2933', width: 2.5, dash: [10, 6] },
  surveyed: { colour: '#b42318', width: 3.5, dash: [] },
  built: { colour: '#1d7a3c', width: 5, dash: [1.5, 7] },
} as const;
export type Stage = keyof typeof LOOKS;

/** The place at a chainage, metres from the first vertex; the gap between two parts adds nothing. */
export function placeAt(parts: Parts, chainage: number): Point | null {
  let left = chainage;
  for (const line of parts) {
    for (let i = 1; i < line.length; i++) {
      const [a, b] = [line[i - 1]!, line[i]!];
      const long = distance(a, b);
      if (left <= long) return long === 0 ? a : [a[0] + ((b[0] - a[0]) * left) / long, a[1] + ((b[1] - a[1]) * left) / long];
      left -= long;
    }
  }
  return parts.at(-1)?.at(-1) ?? null;
}

export interface Told {
  readonly kind: 'away' | 'left_out';
  readonly parting: RouteParting;
  /** Chainages on the earlier line. */
  readonly from: number;
  readonly to: number;
  /** Where it is farthest away. */
  readonly place: Point | null;
}

/** The stretches of a difference along the earlier line; one that the later line passes at a distance is told once, by it. */
export function stretchesOf(difference: RouteDifference, earlier: Geometry, later: Geometry): Told[] {
  const away = difference.away.map((parting): Told => {
    const [from, to] = [Math.min(parting.foot_from_m, parting.foot_to_m), Math.max(parting.foot_from_m, parting.foot_to_m)];
    return { kind: 'away', parting, from, to, place: placeAt(partsOf(later), parting.at_m) };
  });
  const missing = difference.left_out
    .filter(({ from_m, to_m }) => !away.some(({ from, to }) => from < to_m && to > from_m))
    .map((parting): Told => ({ kind: 'left_out', parting, from: parting.from_m, to: parting.to_m, place: placeAt(partsOf(earlier), parting.at_m) }));
  return [...away, ...missing].sort((a, b) => a.from - b.from);
}
