/** Pure changes of a line of one or more parts; every function returns new arrays and leaves the old ones alone. */

import { distance, samePlace, toMillimetre, type Line, type Point } from '../geometry/points';

export type Parts = readonly Line[];

export interface VertexRef {
  readonly part: number;
  readonly index: number;
}

const mapPart = (parts: Parts, part: number, change: (line: Line) => Line): Parts =>
  parts.map((line, i) => (i === part ? change(line) : line));

export const countVertices = (parts: Parts): number => parts.reduce((sum, line) => sum + line.length, 0);

export const isLine = (parts: Parts): boolean => parts.length > 0 && parts.every((line) => line.length >= 2);

/** Put a point after the last one; the same place twice in a row is taken once. */
export function append(parts: Parts, point: Point): Parts {
  const at = toMillimetre(point);
  if (parts.length === 0) return [[at]];
  const last = parts.at(-1)!;
  const tip = last.at(-1);
  if (tip && samePlace(tip, at)) return parts;
  return mapPart(parts, parts.length - 1, (line) => [...line, at]);
}

export const move = (parts: Parts, { part, index }: VertexRef, point: Point): Parts =>
  mapPart(parts, part, (line) => line.map((old, i) => (i === index ? toMillimetre(point) : old)));

/** Insert before vertex `index`, that is, on the segment that ends there. */
export const insert = (parts: Parts, { part, index }: VertexRef, point: Point): Parts =>
  mapPart(parts, part, (line) => [...line.slice(0, index), toMillimetre(point), ...line.slice(index)]);

/** Take a vertex out; a part left with one point goes, and with it possibly the whole line. */
export function remove(parts: Parts, { part, index }: VertexRef, drawing = false): Parts {
  const shorter = mapPart(parts, part, (line) => line.filter((_, i) => i !== index));
  return shorter.filter((line) => line.length >= (drawing ? 1 : 2));
}

export const reverse = (parts: Parts): Parts => [...parts].reverse().map((line) => [...line].reverse());

export function tip(parts: Parts): Point | null {
  return parts.at(-1)?.at(-1) ?? null;
}

/** Direction in radians of the last segment; null with fewer than two points. */
export function heading(parts: Parts): number | null {
  const line = parts.at(-1);
  if (!line || line.length < 2) return null;
  const [a, b] = [line.at(-2)!, line.at(-1)!];
  return Math.atan2(b[1] - a[1], b[0] - a[0]);
}

export function nearestVertex(parts: Parts, at: Point, tolerance: number): VertexRef | null {
  let best: (VertexRef & { away: number }) | null = null;
  parts.forEach((line, part) =>
    line.forEach((vertex, index) => {
      const away = distance(vertex, at);
      if (away <= tolerance && (!best || away < best.away)) best = { part, index, away };
    }),
  );
  return best;
}

/** Middles of the segments: the handles a new vertex is pulled from; `index` is where it would be inserted. */
export function middles(parts: Parts): (VertexRef & { at: Point })[] {
  return parts.flatMap((line, part) =>
    line.slice(1).map((b, i) => ({
      part,
      index: i + 1,
      at: [(line[i]![0] + b[0]) / 2, (line[i]![1] + b[1]) / 2] as Point,
    })),
  );
}
