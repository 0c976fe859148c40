/** A line as it is measured on site: vertices that know whether, when and how well they were measured. Pure. */

import type { Parts } from '../editing/parts';
import { distance, toMillimetre, type Point } from '../geometry/points';
import type { LinePoint, SurveyedLine } from './shapes';

export interface SiteVertex {
  readonly at: Point;
  /** Metres; null: set by eye on the map, or as it was planned. */
  readonly accuracyM: number | null;
  /** Null: as it was planned. */
  readonly takenAt: string | null;
}

export type SiteLine = readonly (readonly SiteVertex[])[];

/** Which vertex is measured next: the one that is there, or a new one before it; null: a new one at the end. */
export interface Place {
  readonly part: number;
  readonly index: number;
  readonly insert: boolean;
}

/** Nearer than this to its neighbour a vertex is the same point once more. */
const SAME_M = 0.001;

export const planned = (parts: Parts): SiteLine => parts.map((line) => line.map((at) => ({ at, accuracyM: null, takenAt: null })));

export const partsOf = (line: SiteLine): Parts => line.map((part) => part.map(({ at }) => at));

/** Put a vertex where it belongs; a new one that lies on its neighbour is not put twice. */
export function put(line: SiteLine, vertex: SiteVertex, place: Place | null): SiteLine {
  const exact = { ...vertex, at: toMillimetre(vertex.at) };
  if (!place) {
    if (line.length === 0) return [[exact]];
    const last = line.at(-1)!;
    const tip = last.at(-1);
    if (tip && distance(tip.at, exact.at) < SAME_M) return line;
    return [...line.slice(0, -1), [...last, exact]];
  }
  return line.map((part, i) => (i === place.part ? [...part.slice(0, place.index), exact, ...part.slice(place.index + (place.insert ? 0 : 1))] : part));
}

/** Take a vertex out; a part of less than two goes with it, unless it is the one that is being begun. */
export function without(line: SiteLine, { part, index }: Pick<Place, 'part' | 'index'>): SiteLine {
  const shorter = line.map((one, i) => (i === part ? one.filter((_, j) => j !== index) : one));
  return shorter.filter((one) => one.length >= (line.length === 1 ? 1 : 2));
}

export const isWhole = (line: SiteLine): boolean => line.length > 0 && line.every((part) => part.length >= 2);

const asPoint = ({ at, accuracyM, takenAt }: SiteVertex): LinePoint[] =>
  takenAt === null ? [] : [{ x: at[0], y: at[1], accuracy_m: accuracyM === null ? null : Math.round(accuracyM * 1000) / 1000, taken_at: takenAt }];

/** The line as it is sent: the points are those that were measured, the rest of the line is as planned. */
export function surveyed(line: SiteLine, route: string | null, crs: string, note: string): SurveyedLine {
  const parts = partsOf(line);
  const geometry = parts.length === 1 ? ({ type: 'LineString', coordinates: parts[0]! } as const) : ({ type: 'MultiLineString', coordinates: parts } as const);
  return { route, geometry, crs, points: line.flatMap((part) => part.flatMap(asPoint)), note: note.trim() };
}
