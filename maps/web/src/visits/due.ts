/** Which cases wait for the survey. */

import type { CaseRow, VisitRow, VisitState } from '../api/types';

/** Commands on a case of which one is possible as long as its survey is to come. */
const SURVEY: ReadonlySet<string> = new Set(['schedule_survey', 'record_survey']);
/** Visits that are still to come; what is in one of them waits for no other. */
export const TO_COME: readonly VisitState[] = ['planned', 'invited'];

/** The cases whose survey is to come and that are in no visit to come, but for that which is `changed`; in the order given. */
export function dueOf(rows: readonly CaseRow[], visits: readonly VisitRow[], changed: string | null): CaseRow[] {
  const taken = new Set(visits.filter(({ id, state }) => id !== changed && TO_COME.includes(state)).flatMap(({ cases }) => cases));
  return rows.filter(({ id, possible }) => !taken.has(id) && (possible.coordinator ?? []).some(({ kind }) => SURVEY.has(kind)));
}
