/** The work list: what is asked of the server for whom, and what may be done in a case. */

import type { CasePossible, CaseRow, ClockColour, Role } from '../api/types';
import { isOffered } from './fields';

/** Who looks at the list; `utility` of a company that has one, else empty: then all are its. */
export interface Looking {
  readonly role: Role;
  readonly utility: string;
}

/** What the list is narrowed to; empty: not narrowed. */
export interface Narrowed {
  readonly utility: string;
  readonly department: string;
  readonly colour: ClockColour | '';
}

export const NOT_NARROWED: Narrowed = { utility: '', department: '', colour: '' };

/** What somebody may do in a case now, of what a page can ask for. */
export function able(possible: CaseRow['possible'], { role, utility }: Looking): CasePossible[] {
  const mine = role === 'utility' && utility !== '';
  return (possible[role] ?? []).filter((one) => isOffered(one.kind) && (!mine || one.utility === '' || one.utility === utility));
}

/** Which cases a list asks for: `actingFor` is the department or company of who has not signed in; `waiting` null: all. */
export function queryOf(role: Role | null, actingFor: string, narrowed: Narrowed, waiting: boolean | null, limit: number): string {
  const said = { order: 'pressing', limit: String(limit), ...(role ? { role } : {}), ...(role && actingFor ? { acting_for: actingFor } : {}), ...(role && waiting !== null ? { waiting: String(waiting) } : {}) };
  const wanted = Object.entries(narrowed).filter(([, value]) => value !== '') as [string, string][];
  return new URLSearchParams([...Object.entries(said), ...wanted]).toString();
}

/** The rows in which somebody else did something since the list was seen last; `who` is the one that looks. */
export function newsOf(before: readonly CaseRow[], now: readonly CaseRow[], who: string): Map<string, number> {
  const seen = new Map(before.map((row) => [row.id, row.last?.seq ?? 0]));
  const moved = now.filter((row) => row.last && row.last.who !== who && row.last.seq > (seen.get(row.id) ?? 0));
  return new Map(moved.map((row) => [row.id, row.last!.seq]));
}
