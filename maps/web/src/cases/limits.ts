/** What the trace of a verdict comes to: does the line stay within the limits? */

import type { CaseTask, TraceLine } from '../api/types';
import type { Word } from '../i18n/dictionary';

export type Within = 'yes' | 'no' | 'barred' | 'unsure' | 'unknown' | 'none' | 'waits';

/** What is measured of a line: its key in answers, what it is called, its unit. */
export const QUANTITIES: readonly (readonly [string, Word, string])[] = [['length_m', 'length', 'm'], ['crossing_m', 'crossings', 'm'], ['along_m', 'along', 'm'], ['green_m2', 'green', 'm2']];

/** A quantity of the line that was laid beside the one that was committed to. */
export interface Laid {
  readonly word: Word;
  readonly unit: string;
  readonly measured: number;
  readonly uncertainty: number;
  /** Null where nothing was committed to. */
  readonly committed: number | null;
  /** What it is beyond; null while it is not. */
  readonly limit: number | null;
}

/** What was laid, quantity by quantity; empty before it was measured. */
export function laidOf({ as_built: built, committed, breaches }: Pick<CaseTask, 'as_built' | 'committed' | 'breaches'>): Laid[] {
  return QUANTITIES.flatMap(([key, word, unit]) => {
    const one = built[key];
    if (!one) return [];
    const limit = breaches.find(({ quantity }) => quantity === key)?.limit ?? null;
    return [{ word, unit, measured: one.value, uncertainty: one.uncertainty, committed: committed?.quantities[key]?.value ?? null, limit }];
  });
}

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
