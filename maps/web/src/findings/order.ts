/** Findings in the order people settle them, counted, and seen from one of the two sides. */

import type { PlacedFinding, Severity } from '../api/types';

export const SEVERITIES: readonly Severity[] = ['grave', 'serious', 'notice'];

/** Where along the line: findings without a place come last of their severity. */
const placeOf = (finding: PlacedFinding): number => finding.from_m ?? Infinity;

/** What fails before what must be looked at on site, and that before what nobody knows. */
const OUTCOMES: readonly PlacedFinding['outcome'][] = ['fails', 'must_expose', 'unknown', 'passes'];

/** The gravest first, of equals what fails first, then along the line; those that were accepted and still hold go to the end. */
export function inOrder(findings: readonly PlacedFinding[]): PlacedFinding[] {
  const rank = (finding: PlacedFinding): number => SEVERITIES.indexOf(finding.severity) + (isSettled(finding) ? SEVERITIES.length : 0);
  return findings
    .map((finding, i) => ({ finding, i }))
    .sort((one, other) => rank(one.finding) - rank(other.finding) || OUTCOMES.indexOf(one.finding.outcome) - OUTCOMES.indexOf(other.finding.outcome) || placeOf(one.finding) - placeOf(other.finding) || one.i - other.i)
    .map(({ finding }) => finding);
}

/** Somebody has let it stand, and what decided it is as it was then. */
export const isSettled = (finding: PlacedFinding): boolean => Boolean(finding.acceptance && !finding.acceptance.stale);

/** How many are open of each severity. */
export function tally(findings: readonly PlacedFinding[]): Record<Severity, number> {
  const counts: Record<Severity, number> = { grave: 0, serious: 0, notice: 0 };
  for (const finding of findings) if (!isSettled(finding)) counts[finding.severity] += 1;
  return counts;
}

export interface Subject {
  readonly layer: string;
  readonly id: string;
}

const subjectsOf = ({ a, b, a_layer, b_layer }: PlacedFinding): Subject[] => [
  { layer: a_layer, id: a },
  ...(b === null ? [] : [{ layer: b_layer ?? '', id: b }]),
];

/** The other side, as seen from the route `self`; null where the finding is about that route alone. */
export function otherThan(finding: PlacedFinding, self: string | null): Subject | null {
  const [first, second] = subjectsOf(finding);
  if (!second) return null;
  // A line that was never saved has no id of its own: whichever side is a known thing is the other one.
  if (self === null) return first!.id === '' ? second : second.id === '' ? first! : second;
  return second.layer === 'routes' && second.id === self ? first! : second;
}

/** The finding of a new answer that is the same as one of the answer before, also where its id is another: a line got its number, or an earlier place went. */
export function sameAs(before: PlacedFinding, now: readonly PlacedFinding[]): PlacedFinding | null {
  const others = (finding: PlacedFinding): string => `${finding.kind}|${finding.rule}|${finding.b_layer === 'routes' ? '' : finding.b}`;
  return now.find(({ id }) => id === before.id) ?? now.find((finding) => others(finding) === others(before)) ?? null;
}

/** The planned routes that a finding is about: those that can be opened and moved. */
export const routesIn = (finding: PlacedFinding): string[] => subjectsOf(finding).filter(({ layer }) => layer === 'routes').map(({ id }) => id);
