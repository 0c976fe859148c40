/** Where the pointer means to be: one decision, in the order a surveyor expects. */

import { along, direction, distance, foot, meeting, type Point } from './points';

export interface Segment {
  readonly a: Point;
  readonly b: Point;
  /** Whether the line ends at a, at b: only ends are prolonged. */
  readonly endsAtA: boolean;
  readonly endsAtB: boolean;
}

export type SnapKind =
  | 'vertex' | 'intersection' | 'perpendicular' | 'edge' | 'extension' | 'ortho' | 'length' | 'none';

export interface SnapOptions {
  readonly segments: readonly Segment[];
  /** Lone points, such as trees. */
  readonly points?: readonly Point[];
  /** Metres of the grid. */
  readonly tolerance: number;
  /** The last point of the line being drawn. */
  readonly from: Point | null;
  /** Direction of the line's last segment in radians; ortho turns against it and against the grid. */
  readonly heading: number | null;
  readonly ortho: boolean;
  readonly lockedAngle: number | null;
  readonly lockedLength: number | null;
  readonly enabled: boolean;
}

export interface Snap {
  readonly at: Point;
  readonly kind: SnapKind;
  /** Auxiliary lines to draw dotted: the extension, the perpendicular, the ortho ray. */
  readonly guides: readonly (readonly [Point, Point])[];
}

/** An extension is offered no farther from its end than this many tolerances. */
const REACH = 14;
/** Near segments are few; a crowd (a junction under a far zoom) is cut, so that one move never costs a frame. */
const MOST_PAIRS = 60;

interface Candidate extends Snap {
  readonly away: number;
}

function nearest(candidates: readonly Candidate[], tolerance: number): Candidate | null {
  let best: Candidate | null = null;
  for (const candidate of candidates) {
    if (candidate.away <= tolerance && (!best || candidate.away < best.away)) best = candidate;
  }
  return best;
}

function vertices(cursor: Point, options: SnapOptions): Candidate[] {
  const ends = options.segments.flatMap((s) => [s.a, s.b]).concat(options.points ?? []);
  return ends.map((at) => ({ at, kind: 'vertex', guides: [], away: distance(cursor, at) }));
}

function nearSegments(cursor: Point, options: SnapOptions, reach: number): { segment: Segment; away: number; at: Point }[] {
  const near: { segment: Segment; away: number; at: Point }[] = [];
  for (const segment of options.segments) {
    const hit = foot(cursor, segment.a, segment.b);
    if (!hit) continue;
    const at = hit.t <= 0 ? segment.a : hit.t >= 1 ? segment.b : hit.at;
    const away = distance(cursor, at);
    if (away <= reach) near.push({ segment, away, at });
  }
  return near.sort((one, other) => one.away - other.away).slice(0, MOST_PAIRS);
}

function intersections(cursor: Point, near: readonly { segment: Segment }[]): Candidate[] {
  const found: Candidate[] = [];
  for (let i = 0; i < near.length; i += 1) {
    for (let j = i + 1; j < near.length; j += 1) {
      const [one, other] = [near[i]!.segment, near[j]!.segment];
      const hit = meeting(one.a, one.b, other.a, other.b);
      if (!hit || hit.t < 0 || hit.t > 1 || hit.u < 0 || hit.u > 1) continue;
      found.push({ at: hit.at, kind: 'intersection', guides: [], away: distance(cursor, hit.at) });
    }
  }
  return found;
}

function perpendiculars(cursor: Point, from: Point | null, near: readonly { segment: Segment }[]): Candidate[] {
  if (!from) return [];
  return near.flatMap(({ segment }) => {
    const hit = foot(from, segment.a, segment.b);
    if (!hit || hit.t < 0 || hit.t > 1 || distance(hit.at, from) < 1e-6) return [];
    return [{ at: hit.at, kind: 'perpendicular' as const, guides: [[from, hit.at] as const], away: distance(cursor, hit.at) }];
  });
}

function extensions(cursor: Point, options: SnapOptions): Candidate[] {
  return options.segments.flatMap((segment) => {
    const hit = foot(cursor, segment.a, segment.b);
    if (!hit || (hit.t >= 0 && hit.t <= 1)) return [];
    const end = hit.t < 0 ? segment.a : segment.b;
    if (!(hit.t < 0 ? segment.endsAtA : segment.endsAtB) || distance(end, hit.at) > REACH * options.tolerance) return [];
    return [{ at: hit.at, kind: 'extension' as const, guides: [[end, hit.at] as const], away: distance(cursor, hit.at) }];
  });
}

/** The direction the line may take from its last point: the locked angle, or the nearest right angle; null when free. */
export function constrainedDirection(cursor: Point, options: SnapOptions): number | null {
  const { from, heading, ortho, lockedAngle } = options;
  if (!from) return null;
  if (lockedAngle !== null) {
    const towards = direction(from, cursor);
    return Math.cos(towards - lockedAngle) >= 0 ? lockedAngle : lockedAngle + Math.PI;
  }
  if (!ortho) return null;
  const towards = direction(from, cursor);
  const bases = heading === null ? [0] : [heading, 0];
  const choices = bases.flatMap((base) => [0, 1, 2, 3].map((quarter) => base + (quarter * Math.PI) / 2));
  return choices.reduce((best, choice) => (Math.cos(towards - choice) > Math.cos(towards - best) + 1e-12 ? choice : best));
}

function onRay(cursor: Point, from: Point, angle: number, near: readonly { segment: Segment }[], tolerance: number): Snap {
  const ahead = along(from, angle, 1);
  const hits = near.flatMap(({ segment }) => {
    const hit = meeting(from, ahead, segment.a, segment.b);
    if (!hit || hit.t <= 0 || hit.u < 0 || hit.u > 1) return [];
    return [{ at: hit.at, kind: 'intersection' as const, guides: [[from, hit.at] as const], away: distance(cursor, hit.at) }];
  });
  const hit = nearest(hits, tolerance * 1.5);
  if (hit) return hit;
  const metres = Math.max(0, (cursor[0] - from[0]) * Math.cos(angle) + (cursor[1] - from[1]) * Math.sin(angle));
  const at = along(from, angle, metres);
  return { at, kind: 'ortho', guides: [[from, at]] };
}

function free(cursor: Point, options: SnapOptions): Snap {
  const { tolerance, from } = options;
  if (options.enabled) {
    const near = nearSegments(cursor, options, tolerance * 1.5);
    const found =
      nearest(vertices(cursor, options), tolerance) ??
      nearest(intersections(cursor, near), tolerance) ??
      nearest(perpendiculars(cursor, from, near), tolerance) ??
      nearest(near.map(({ at, away }) => ({ at, away, kind: 'edge' as const, guides: [] })), tolerance) ??
      nearest(extensions(cursor, options), tolerance * 0.7);
    if (found) return found;
  }
  return { at: cursor, kind: 'none', guides: [] };
}

function withLength(snap: Snap, cursor: Point, options: SnapOptions): Snap {
  const { from, lockedLength } = options;
  if (!from || lockedLength === null) return snap;
  const towards = distance(from, snap.at) > 0 ? snap.at : cursor;
  const at = along(from, direction(from, towards), lockedLength);
  return { at, kind: 'length', guides: [[from, at]] };
}

/**
 * Decide where `cursor` lands: a locked angle above all; then vertex, intersection, perpendicular foot, edge, extension;
 * then ortho; a locked length measures off whatever direction came out.
 */
export function snap(cursor: Point, options: SnapOptions): Snap {
  const { from } = options;
  const angle = constrainedDirection(cursor, options);
  if (from && angle !== null) {
    const near = options.enabled ? nearSegments(cursor, options, options.tolerance * 4) : [];
    const vertex = options.enabled && options.lockedAngle === null ? nearest(vertices(cursor, options), options.tolerance) : null;
    return withLength(vertex ?? onRay(cursor, from, angle, near, options.tolerance), cursor, options);
  }
  return withLength(free(cursor, options), cursor, options);
}
