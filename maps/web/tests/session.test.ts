import { describe, expect, it } from 'vitest';
import { actingRoles, readingOf, reaches } from '../src/access/rights';
import type { CaseClock, CaseRow, Person, Rights } from '../src/api/types';
import { able, pressing, workList } from '../src/cases/worklist';

const person: Person = { id: 'a1', name: '李工', organisation: 'o1', organisation_name: '县自来水公司', utility: 'water', department: '', roles: ['admin', 'surveyor', 'utility'] };
const rights: Rights = { 'routes.write': 'own', 'routes.read': 'all' };

describe('rights', () => {
  it('reach to all, to the own, or not at all', () => {
    expect(reaches(rights, 'routes.read', null, null)).toBe(true);
    expect(reaches(rights, 'routes.write', person, '县自来水公司')).toBe(true);
    expect(reaches(rights, 'routes.write', person, 'o1')).toBe(true);
    expect(reaches(rights, 'routes.write', person, '县燃气公司')).toBe(false);
    expect(reaches(rights, 'findings.accept', person, 'o1')).toBe(false);
  });

  it('to the own reach nothing that is nobody’s, and nothing for nobody', () => {
    const alone: Person = { ...person, organisation: '', organisation_name: '' };
    for (const owner of ['', null, undefined]) expect(reaches(rights, 'routes.write', alone, owner)).toBe(false);
    expect(reaches(rights, 'routes.write', null, '县自来水公司')).toBe(false);
  });

  it('name the action of a layer, and let no administrator act in a case', () => {
    expect(['routes', 'pipes', 'trees'].map(readingOf)).toEqual(['routes.read', 'pipes.read', 'layers.read']);
    expect(actingRoles(person)).toEqual(['utility', 'surveyor']);
  });
});

const clock = (half_days: number | null): CaseClock => ({ half_days }) as CaseClock;
function row(id: string, overdue: number, left: readonly (number | null)[], possible: CaseRow['possible'] = {}): CaseRow {
  return { id, overdue, clocks: left.map(clock), possible } as unknown as CaseRow;
}
const ids = (rows: readonly CaseRow[]): string[] => rows.map(({ id }) => id);

describe('the work list', () => {
  it('has the overdue first, then by what is left of the nearest time; without a time last', () => {
    const rows = [row('none', 0, []), row('late', 1, [-1, 40]), row('soon', 0, [9, 2]), row('silent', 0, [null]), row('later', 2, [-6]), row('far', 0, [30])];
    expect(ids(pressing(rows))).toEqual(['later', 'late', 'soon', 'far', 'none', 'silent']);
  });

  it('parts what waits for me from the rest, by role and by the company’s utility', () => {
    const judge = (utility: string) => ({ kind: 'judge', utility, zh: '', en: '' });
    const water = row('water', 0, [], { utility: [judge('water')] });
    const gas = row('gas', 1, [-2], { utility: [judge('gas')] });
    const clockOnly = row('clock', 0, [], { utility: [{ kind: 'tick', utility: '', zh: '', en: '' }] });
    const looking = { role: 'utility', utility: 'water' } as const;
    expect(ids(workList([gas, water, clockOnly], looking).mine)).toEqual(['water']);
    expect(ids(workList([gas, water, clockOnly], looking).others)).toEqual(['gas', 'clock']);
    expect(able(gas.possible, { role: 'utility', utility: '' })).toHaveLength(1);
    expect(workList([gas, water], { role: 'guest', utility: '' }).mine).toEqual([]);
  });
});
