/** The work list: which cases wait for me, and which of them first. */

import type { CaseClock, CasePossible, CaseRow, Role } from '../api/types';
import { isOffered } from './fields';

/** Who looks at the list; `utility` of a company that has one, else empty: then all are its. */
export interface Looking {
  readonly role: Role;
  readonly utility: string;
}

/** What somebody may do in a case now, of what a page can ask for. */
export function able(possible: CaseRow['possible'], { role, utility }: Looking): CasePossible[] {
  const mine = role === 'utility' && utility !== '';
  return (possible[role] ?? []).filter((one) => isOffered(one.kind) && (!mine || one.utility === '' || one.utility === utility));
}

/** What is never due comes last. */
const halfDaysLeft = (clocks: readonly CaseClock[]): number => Math.min(Infinity, ...clocks.map((clock) => clock.half_days ?? Infinity));

/** The overdue ones first, then by the half days that are left; of equals, the order that they came in. */
export function pressing(rows: readonly CaseRow[]): CaseRow[] {
  const keyed = rows.map((row) => ({ row, over: row.overdue > 0 ? 0 : 1, left: halfDaysLeft(row.clocks) }));
  keyed.sort((a, b) => a.over - b.over || (a.left === b.left ? 0 : a.left - b.left));
  return keyed.map(({ row }) => row);
}

export interface WorkList {
  readonly mine: readonly CaseRow[];
  readonly others: readonly CaseRow[];
}

export function workList(rows: readonly CaseRow[], looking: Looking): WorkList {
  const inOrder = pressing(rows);
  const waits = (row: CaseRow): boolean => able(row.possible, looking).length > 0;
  return { mine: inOrder.filter(waits), others: inOrder.filter((row) => !waits(row)) };
}
