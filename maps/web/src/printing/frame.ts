/** The ground that a sheet of paper shows: metres of the grid from millimetres of the paper. Pure. */

import type { PrintPaperShape } from '../api/types';
import type { Point } from '../geometry/points';

/** West, south, east, north. */
export type Box = readonly [number, number, number, number];

export function frameOf(paper: PrintPaperShape, scale: number, [x, y]: Point): Box {
  const [wide, tall] = [(paper.map_width_mm * scale) / 2000, (paper.map_height_mm * scale) / 2000];
  return [x - wide, y - tall, x + wide, y + tall];
}

/** The coarsest scale at which the whole sheet is seen in a window; the finest there is where none is. */
export function scaleSeen(paper: PrintPaperShape, scales: readonly number[], [west, south, east, north]: Box): number {
  const seen = scales.filter((scale) => (paper.map_width_mm * scale) / 1000 <= east - west && (paper.map_height_mm * scale) / 1000 <= north - south);
  return Math.max(...seen, Math.min(...scales));
}

/** A file's name from what a person typed: what some system does not take in a name is left out. */
export const fileName = (title: string): string => `${title.replace(/[\u0000-\u001f<>:"/\\|?*]/g, ' ').trim().slice(0, 80) || 'map'}.pdf`;
