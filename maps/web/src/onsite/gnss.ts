/** Positions of the device: one of many, with an accuracy that is not better than it was told. */

import { distance, toMillimetre, type Point } from '../geometry/points';

/** One position in the grid. `accuracyM`: the radius that holds the true place 95 times of 100, as browsers tell it. */
export interface Fix {
  readonly at: Point;
  readonly accuracyM: number;
  /** Milliseconds of the clock. */
  readonly time: number;
}

export interface Averaged {
  readonly at: Point;
  readonly accuracyM: number;
  /** How many were averaged, and how many were left out because they lay apart. */
  readonly used: number;
  readonly left: number;
  readonly time: number;
}

/** A position older than this is no longer where one stands. */
export const STALE_MS = 15_000;

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
};

/** Lying apart: farther from the middle than three times the median distance, and than any position claims to be wrong. */
function together(fixes: readonly Fix[]): Fix[] {
  const middle: Point = [median(fixes.map(({ at }) => at[0])), median(fixes.map(({ at }) => at[1]))];
  const away = fixes.map(({ at }) => distance(at, middle));
  const reach = Math.max(3 * median(away), Math.min(...fixes.map(({ accuracyM }) => accuracyM)), 0.001);
  return fixes.filter((_, i) => away[i]! <= reach);
}

/**
 * The mean of several positions, each weighing the less the less sure it is.
 *
 * The accuracy is the median of what the receiver told, or twice the scatter where that is more. It is not divided by the
 * root of their number: positions of one receiver within a minute are wrong the same way.
 *
 * @returns null without any position.
 */
export function average(fixes: readonly Fix[]): Averaged | null {
  // A receiver that has nothing new gives the same position once more.
  const fresh = [...new Map(fixes.map((fix) => [fix.time, fix])).values()];
  if (fresh.length === 0) return null;
  const used = together(fresh);
  const weights = used.map(({ accuracyM }) => 1 / Math.max(accuracyM, 0.001) ** 2);
  const sum = weights.reduce((a, b) => a + b, 0);
  const mean = (axis: 0 | 1): number => used.reduce((total, fix, i) => total + fix.at[axis] * (weights[i]! / sum), 0);
  const at: Point = [mean(0), mean(1)];
  const scatter = Math.sqrt(used.reduce((total, fix) => total + distance(fix.at, at) ** 2, 0) / used.length);
  return {
    at: toMillimetre(at),
    accuracyM: Math.max(median(used.map(({ accuracyM }) => accuracyM)), 2 * scatter),
    used: used.length,
    left: fresh.length - used.length,
    time: Math.max(...used.map(({ time }) => time)),
  };
}
