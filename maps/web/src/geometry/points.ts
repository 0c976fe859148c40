/** Plane vectors in metres of the county's grid. */

export type Point = readonly [number, number];
export type Line = readonly Point[];

export const distance = (a: Point, b: Point): number => Math.hypot(b[0] - a[0], b[1] - a[1]);

export const samePlace = (a: Point, b: Point, tolerance = 0.0005): boolean => distance(a, b) <= tolerance;

/** To the millimetre: what is typed, snapped and stored is the same number (snapping alone yields 505631.99999999994). */
export const toMillimetre = (point: Point): Point => [
  Math.round(point[0] * 1000) / 1000,
  Math.round(point[1] * 1000) / 1000,
];

export function lineLength(line: Line): number {
  let sum = 0;
  for (let i = 1; i < line.length; i += 1) sum += distance(line[i - 1]!, line[i]!);
  return sum;
}

/** Mathematical direction in radians, counter-clockwise from east. */
export const direction = (from: Point, to: Point): number => Math.atan2(to[1] - from[1], to[0] - from[0]);

export const along = (from: Point, radians: number, metres: number): Point => [
  from[0] + Math.cos(radians) * metres,
  from[1] + Math.sin(radians) * metres,
];

/** Azimuth in degrees, clockwise from grid north, 0 ≤ azimuth < 360. */
export function azimuth(from: Point, to: Point): number {
  const degrees = (Math.atan2(to[0] - from[0], to[1] - from[1]) * 180) / Math.PI;
  return (degrees + 360) % 360;
}

/** Where the perpendicular from `point` meets the endless line through a and b: t = 0 at a, 1 at b; null when a = b. */
export function foot(point: Point, a: Point, b: Point): { at: Point; t: number } | null {
  const dx = b[0] - a[0];
  const dy = b[1] - a[1];
  const squared = dx * dx + dy * dy;
  if (squared === 0) return null;
  const t = ((point[0] - a[0]) * dx + (point[1] - a[1]) * dy) / squared;
  return { at: [a[0] + t * dx, a[1] + t * dy], t };
}

/** Where two endless lines meet, as parameters on both (0 at the first point, 1 at the second); null when parallel. */
export function meeting(a: Point, b: Point, c: Point, d: Point): { at: Point; t: number; u: number } | null {
  const [rx, ry] = [b[0] - a[0], b[1] - a[1]];
  const [sx, sy] = [d[0] - c[0], d[1] - c[1]];
  const cross = rx * sy - ry * sx;
  if (Math.abs(cross) < 1e-9 * Math.hypot(rx, ry) * Math.hypot(sx, sy)) return null;
  const [qx, qy] = [c[0] - a[0], c[1] - a[1]];
  const t = (qx * sy - qy * sx) / cross;
  const u = (qx * ry - qy * rx) / cross;
  return { at: [a[0] + t * rx, a[1] + t * ry], t, u };
}

export function boundsOf(parts: readonly Line[]): [number, number, number, number] | null {
  const points = parts.flat();
  if (points.length === 0) return null;
  const xs = points.map((p) => p[0]);
  const ys = points.map((p) => p[1]);
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}
