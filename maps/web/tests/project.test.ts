import { describe, expect, it } from 'vitest';
import type { CaseShape, ChanceMember } from '../src/api/types';
import { fieldsOf } from '../src/cases/fields';
import { actsInCase, asOnePart, metresOf, planIn, sharedActs, sharedData } from '../src/opportunities/project';

const permit = (approval: string, status = 'applied') => ({ approval, status, item_zh: approval, item_en: approval });
const part = (utility: string, ...approvals: ReturnType<typeof permit>[]) => ({ utility, operator: utility, revision: 1, approvals });
const may = (kind: string, utility: string) => ({ kind, utility, zh: kind, en: kind });
const dig = permit('dig');
const theCase = {
  tasks: [part('water', dig, permit('green')), part('gas', dig, permit('road', 'granted')), part('heat', permit('heat'))],
  possible: {
    approver: [may('decide_approval', 'water'), may('decide_approval', 'gas'), may('inspect', 'water'), may('return_approval', 'water')],
    utility: [may('finish_construction', 'water'), may('finish_construction', 'gas'), may('fix_plan', 'gas')],
    coordinator: [may('file_acceptance', ''), may('withdraw', '')],
  },
} as unknown as CaseShape;

describe('what is done once for all', () => {
  it('is each shared kind once, of who looks, with the parts that are ready', () => {
    const told = (role: 'approver' | 'utility' | 'coordinator' | 'surveyor', utility = '') => sharedActs(theCase, { role, utility }).map((one) => [one.kind, one.utilities]);
    expect(told('approver')).toEqual([['decide_approval', ['water', 'gas']], ['return_approval', ['water']]]);
    expect(told('utility')).toEqual([['finish_construction', ['water', 'gas']]]);
    expect(told('utility', 'gas')).toEqual([['finish_construction', ['gas']]]);
    expect(told('coordinator')).toEqual([['file_acceptance', []]]);
    expect(told('surveyor')).toEqual([]);
  });

  it('leaves to the case what is of one part, and what may be done at any time aside', () => {
    const told = (role: 'approver' | 'utility' | 'coordinator', utility = '') => actsInCase(theCase, { role, utility }).map(({ kind }) => kind);
    expect([told('utility', 'gas'), told('utility', 'water'), told('approver'), told('coordinator')]).toEqual([['fix_plan'], [], [], []]);
  });

  it('offers each open permission of any part that is ready once, and no other', () => {
    const [decide] = sharedActs(theCase, { role: 'approver', utility: '' });
    const [approval] = fieldsOf(decide!.kind, asOnePart(theCase, decide!));
    expect(approval!.options!.map(([key]) => key)).toEqual(['dig', 'green']);
    expect(asOnePart(theCase, { ...decide!, utilities: [] })).toBeNull();
  });

  it('leaves to the server what follows from the parts', () => {
    expect(sharedData('decide_approval', { approval: 'dig', granted: 'no', opinion: ' 缺图 ' })).toEqual({ approval: 'dig', granted: false, opinion: '缺图' });
    expect(sharedData('sign_commitment', { signatory: '周' })).toEqual({ signatory: '周' });
    expect(sharedData('file_acceptance', {})).toEqual({});
    expect(sharedData('start_construction', {})).toEqual({});
  });
});

it('counts the metres of all routes of a party in the trench', () => {
  const member = (route: string, from_m: number, to_m: number) => ({ route, from_m, to_m }) as ChanceMember;
  const members = [member('W1', 10, 110), member('G1', 0, 95), member('W2', 5, 25)];
  expect(metresOf({ key: 'w', operator: 'w', utilities: ['water'], routes: ['W1', 'W2'] }, members)).toBe(120);
});

describe('the plan of a part', () => {
  const line = (route: string, utility: string, operator: string | null): ChanceMember => ({ route, utility, operator }) as ChanceMember;

  it('is its line in the trench, unless it has several there, or none', () => {
    const chance = { members: [line('W1', 'water', '水司'), line('G1', 'gas', null), line('H1', 'heat', '热力'), line('H2', 'heat', '热力')] };
    expect(planIn(chance, 'water')).toEqual({ route: 'W1', operator: '水司' });
    // Nobody is named on the line: who acts is entered as for any other plan.
    expect(planIn(chance, 'gas')).toEqual({ route: 'G1' });
    expect(planIn(chance, 'heat')).toEqual({});
    expect(planIn(chance, 'power')).toEqual({});
    expect(planIn(null, 'water')).toEqual({});
  });
});
