/** Heights of a line survive editing: the pen works in the plane, and each saved vertex takes the height of its place. */

import type { Geometry } from '../api/types';
import { distance, foot, type Point } from '../geometry/points';

/** A place with the height that a file or another program gave it. */
type Raised = readonly [number, number, number];

const linesOf = (geometry: Geometry | null): readonly (readonly Point[])[] => {
  if (geometry?.type === 'LineString') return [geometry.coordinates];
  return geometry?.type === 'MultiLineString' ? geometry.coordinates : [];
};

const isRaised = (point: readonly number[]): point is Raised => Number.isFinite(point[2]);

/** Height of the nearest place on the raised lines, linear between vertices. */
function heightAt(point: Point, lines: readonly (readonly Raised[])[]): number {
  let best = { away: Infinity, height: 0 };
  const offer = (at: Point, height: number): void => {
    const away = distance(point, at);
    if (away < best.away) best = { away, height };
  };
  for (const line of lines) {
    line.forEach((vertex, i) => {
      const plane: Point = [vertex[0], vertex[1]];
      offer(plane, vertex[2]);
      const next = line[i + 1];
      const inside = next && foot(point, plane, [next[0], next[1]]);
      if (next && inside && inside.t > 0 && inside.t < 1) offer(inside.at, vertex[2] + inside.t * (next[2] - vertex[2]));
    });
  }
  return Math.round(best.height * 1000) / 1000;
}

/**
 * Give a line drawn in the plane the heights of the line it was made from.
 *
 * A vertex that stayed keeps its height exactly; a moved or new one takes that of the nearest place of `before`. Where
 * `before` has no heights, or not at every vertex, the line comes back as it is.
 */
export function withHeights(geometry: Geometry, before: Geometry | null): Geometry {
  const old = linesOf(before);
  if (old.length === 0 || !old.every((line) => line.every(isRaised))) return geometry;
  const raised = old as unknown as readonly (readonly Raised[])[];
  // The API's types speak of the plane; a third number in a position is GeoJSON's height.
  const raise = (line: readonly Point[]): Point[] =>
    line.map((point) => [point[0], point[1], heightAt(point, raised)] as unknown as Point);
  if (geometry.type === 'LineString') return { ...geometry, coordinates: raise(geometry.coordinates) };
  if (geometry.type === 'MultiLineString') return { ...geometry, coordinates: geometry.coordinates.map(raise) };
  return geometry;
}
