/** What the trace of a verdict comes to: does the line stay within the limits? */

import type { TraceLine } from '../api/types';

export type Within = 'yes' | 'no' | 'barred' | 'unsure' | 'unknown' | 'none' | 'waits';

/** Those have nothing to say of this line. */
const SILENT: ReadonlySet<string> = new Set(['silent', 'not_applicable']);

/** The lines that hold a measured value to a limit, as far as they apply. */
export const boundsOf = (trace: readonly TraceLine[]): TraceLine[] =>
  trace.filter((line) => typeof line.limit === 'number' && typeof line.measured === 'number' && line.outcome !== 'not_applicable');

/**
 * The gravest of all that is held to a limit: `barred` where the document or the law excludes the line whatever its
 * figures are, `none` where no limit is set, `waits` before there is a verdict.
 */
export function withinLimits(trace: readonly TraceLine[] | null): Within {
  if (trace === null) return 'waits';
  const held = trace.filter(({ kind, outcome }) => kind === 'threshold' && !SILENT.has(outcome));
  const any = (lines: readonly TraceLine[], outcome: string): boolean => lines.some((line) => line.outcome === outcome);
  if (any(held, 'fails')) return 'no';
  if (any(trace.filter(({ kind }) => kind === 'exclusion' || kind === 'scope'), 'fails')) return 'barred';
  if (any(held, 'unknown')) return 'unknown';
  if (any(held, 'within_uncertainty')) return 'unsure';
  return held.length > 0 ? 'yes' : 'none';
}
