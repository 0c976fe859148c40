/** The route on the table: its line, its attributes, and the saved version it began from. */

import type { Feature, Geometry, RouteProperties } from '../api/types';
import type { Point } from '../geometry/points';
import { withHeights } from './heights';
import type { Parts } from './parts';

export type Mode = 'browse' | 'draw' | 'edit';

export interface DraftShape {
  readonly mode: Mode;
  readonly parts: Parts;
  readonly properties: RouteProperties;
  /** The version of the server that this draft began from; null for a line never saved. */
  readonly base: Feature<RouteProperties> | null;
  /** Whether every vertex so far was typed: then its accuracy is that of typed coordinates. */
  readonly typed: boolean;
}

export const EDITABLE = [
  'utility', 'name', 'operator', 'start', 'end', 'subtype', 'diameter_mm', 'material', 'laying', 'pressure_mpa', 'voltage_kv',
  'cover_m', 'covers_m', 'method', 'drawn_by', 'accuracy_m', 'remark',
] as const;
export type Editable = (typeof EDITABLE)[number];

export const NOTHING: DraftShape = { mode: 'browse', parts: [], properties: { utility: '' }, base: null, typed: true };

export function partsOf(geometry: Geometry | null): Parts {
  const flat = (line: readonly Point[]): Point[] => line.map(([x, y]) => [x, y]);
  if (geometry?.type === 'LineString') return [flat(geometry.coordinates)];
  if (geometry?.type === 'MultiLineString') return geometry.coordinates.map(flat);
  return [];
}

export function geometryOf(parts: Parts): Geometry {
  const lines = parts.map((line) => line.map(([x, y]): Point => [x, y]));
  return lines.length === 1
    ? { type: 'LineString', coordinates: lines[0]! }
    : { type: 'MultiLineString', coordinates: lines };
}

/** Empty fields are left out, so that the server's defaults apply; revision and time of change are the server’s own. */
export function featureOf(shape: Pick<DraftShape, 'parts' | 'properties' | 'base'>): Feature<RouteProperties> {
  const { revision: _revision, changed_at: _changed, ...kept } = shape.properties;
  const filled = Object.entries(kept).filter(([, value]) => value !== '' && value !== null && value !== undefined);
  const properties = Object.fromEntries(filled) as RouteProperties;
  const id = shape.base?.id;
  return { type: 'Feature', ...(id === undefined ? {} : { id }), geometry: withHeights(geometryOf(shape.parts), shape.base?.geometry ?? null), properties };
}

const plain = (value: unknown): string => (value === null || value === undefined ? '' : String(value));

/** The attributes in which two routes differ. */
export function differences(one: RouteProperties, other: RouteProperties): Editable[] {
  return EDITABLE.filter((key) => plain(one[key]) !== plain(other[key]));
}

export const sameLine = (one: Parts, other: Parts): boolean => JSON.stringify(one) === JSON.stringify(other);

export function isDirty(shape: DraftShape): boolean {
  if (shape.mode === 'browse') return false;
  if (!shape.base) return shape.parts.length > 0;
  return !sameLine(shape.parts, partsOf(shape.base.geometry)) || differences(shape.properties, shape.base.properties).length > 0;
}

export type Unready = 'not_saved_short' | 'not_saved_utility' | 'not_saved_dates';

/** Why a draft cannot be saved yet; null when it can. */
export function unready(shape: DraftShape): Unready | null {
  if (shape.parts.length === 0 || shape.parts.some((line) => line.length < 2)) return 'not_saved_short';
  if (!shape.properties.utility) return 'not_saved_utility';
  const { start, end } = shape.properties;
  return start && end && end < start ? 'not_saved_dates' : null;
}
