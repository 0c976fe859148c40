import { describe, expect, it } from 'vitest';
import { actingRoles, readingOf, reaches } from '../src/access/rights';
import type { CaseLast, CaseRow, Person, Rights } from '../src/api/types';
import { able, newsOf, NOT_NARROWED, queryOf } from '../src/cases/worklist';

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

const row = (id: string, possible: CaseRow['possible'], last: Partial<CaseLast> | null = null): CaseRow => ({ id, possible, last }) as unknown as CaseRow;

describe('the work list', () => {
  it('offers what is the role’s and the company’s utility’s, and never the clock’s', () => {
    const judge = (utility: string) => ({ kind: 'judge', utility, zh: '', en: '' });
    const { possible } = row('one', { utility: [judge('water'), judge('gas'), { kind: 'tick', utility: '', zh: '', en: '' }] });
    expect(able(possible, { role: 'utility', utility: 'water' })).toEqual([judge('water')]);
    expect(able(possible, { role: 'utility', utility: '' })).toHaveLength(2);
    expect(able(possible, { role: 'guest', utility: '' })).toEqual([]);
  });

  it('asks for whom it is and how it is narrowed, and for nobody where nobody may act', () => {
    const query = (...said: Parameters<typeof queryOf>) => Object.fromEntries(new URLSearchParams(queryOf(...said)));
    expect(query('approver', 'police', { ...NOT_NARROWED, colour: 'red' }, true, 50)).toEqual({ order: 'pressing', limit: '50', role: 'approver', acting_for: 'police', waiting: 'true', colour: 'red' });
    expect(query(null, 'police', NOT_NARROWED, false, 50)).toEqual({ order: 'pressing', limit: '50' });
  });

  it('takes for news what others did since, and nothing of one’s own', () => {
    const before = [row('a', {}, { seq: 3, who: '王' }), row('b', {}, { seq: 5, who: '王' })];
    const now = [row('a', {}, { seq: 4, who: '李' }), row('b', {}, { seq: 6, who: '我' }), row('c', {}, { seq: 1, who: '李' }), row('d', {}, null)];
    expect([...newsOf(before, now, '我')]).toEqual([['a', 4], ['c', 1]]);
  });
});
