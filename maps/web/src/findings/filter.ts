/** Which of a county's findings are looked at. */

import type { Geometry, PlacedFinding, Severity } from '../api/types';
import { isSettled } from './order';

export type Accepted = 'open' | 'accepted' | 'stale' | 'all';

export interface Filter {
  readonly severity: Severity | '';
  readonly kind: string;
  readonly outcome: string;
  readonly accepted: Accepted;
  /** Box of the grid that a finding must touch; null: anywhere. */
  readonly box: readonly number[] | null;
}

export const ANYTHING: Filter = { severity: '', kind: '', outcome: '', accepted: 'all', box: null };

/** Least box around a geometry; null for none. */
export function boxOf(geometry: Geometry | null): [number, number, number, number] | null {
  if (!geometry) return null;
  const box: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity];
  const take = (coordinates: unknown): void => {
    if (!Array.isArray(coordinates)) return;
    if (typeof coordinates[0] !== 'number') return coordinates.forEach(take);
    const [x, y] = coordinates as number[];
    box[0] = Math.min(box[0], x!);
    box[1] = Math.min(box[1], y!);
    box[2] = Math.max(box[2], x!);
    box[3] = Math.max(box[3], y!);
  };
  if (geometry.type === 'GeometryCollection') geometry.geometries.forEach((one) => take('coordinates' in one ? one.coordinates : []));
  else take(geometry.coordinates);
  return box[0] <= box[2] ? box : null;
}

const meets = (box: readonly number[], other: readonly number[]): boolean =>
  box[0]! <= other[2]! && other[0]! <= box[2]! && box[1]! <= other[3]! && other[1]! <= box[3]!;

function standing(finding: PlacedFinding, wanted: Accepted): boolean {
  if (wanted === 'all') return true;
  if (wanted === 'stale') return finding.acceptance?.stale === true;
  return isSettled(finding) === (wanted === 'accepted');
}

export function matches(finding: PlacedFinding, filter: Filter): boolean {
  if (filter.severity && finding.severity !== filter.severity) return false;
  if (filter.kind && finding.kind !== filter.kind) return false;
  if (filter.outcome && finding.outcome !== filter.outcome) return false;
  if (!standing(finding, filter.accepted)) return false;
  if (!filter.box) return true;
  const box = boxOf(finding.geometry);
  return box !== null && meets(box, filter.box);
}

/** One choice of a filter: its key, its names, how many findings it leaves. */
export interface Choice {
  readonly key: string;
  readonly zh: string;
  readonly en: string;
  readonly n: number;
}

/** What there is to choose from, in the order of the findings; `name` is `kind`, `outcome` or `severity`. */
export function choices(findings: readonly PlacedFinding[], name: 'kind' | 'outcome' | 'severity'): Choice[] {
  const found = new Map<string, { zh: string; en: string; n: number }>();
  for (const finding of findings) {
    const known = found.get(finding[name]);
    if (known) known.n += 1;
    else found.set(finding[name], { zh: finding[`${name}_zh`], en: finding[`${name}_en`], n: 1 });
  }
  return [...found].map(([key, value]) => ({ key, ...value }));
}
