/** Covers at the vertices of a route: as text of the server, as numbers, and after the line has changed. */

import type { Geometry } from '../api/types';
import type { Point } from '../geometry/points';
import { geometryOf } from './draft';
import { withHeights } from './heights';
import { countVertices, type Parts } from './parts';

const MOST_M = 50;

/** One cover for each vertex; null where the text holds something else, or another number of them. */
export function coversOf(text: string | null | undefined, vertices: number): number[] | null {
  const words = (text ?? '').normalize('NFKC').trim().split(/[\s,;]+/).filter(Boolean);
  const covers = words.map(Number);
  const good = covers.length === vertices && covers.every((cover) => Number.isFinite(cover) && cover >= 0 && cover <= MOST_M);
  return good && vertices > 0 ? covers : null;
}

export const coversText = (covers: readonly number[]): string => covers.map((cover) => String(Math.round(cover * 1000) / 1000)).join(' ');

const linesOf = (geometry: Geometry): readonly (readonly Point[])[] => {
  if (geometry.type === 'LineString') return [geometry.coordinates];
  return geometry.type === 'MultiLineString' ? geometry.coordinates : [];
};

/**
 * Give a changed line the covers of the line it was made from.
 *
 * A vertex that stayed keeps its cover; a new one takes that of its place, linear between vertices, as the heights of a
 * line do. Text that fits the old line no better than the new one comes back as it is: the server says what is wrong.
 */
export function coversAfter(text: string, before: Parts, after: Parts): string {
  const covers = coversOf(text, countVertices(before));
  if (!covers || after.length === 0) return text;
  let next = 0;
  const raised = before.map((line) => line.map(([x, y]) => [x, y, covers[next++]!] as unknown as Point));
  const lifted = withHeights(geometryOf(after), { type: 'MultiLineString', coordinates: raised });
  return coversText(linesOf(lifted).flat().map((point) => (point as unknown as readonly number[])[2] ?? 0));
}
