import { describe, expect, it } from 'vitest';
import type { CaseShape, CaseTask } from '../src/api/types';
import { dataOf, fieldsOf, isOffered, missing } from '../src/cases/fields';

const approval = { approval: 'NX-AP2', item_zh: '挖掘城市道路', item_en: 'digging', status: 'applied' };
const task = { utility: 'water', operator: '水司', route: 'W1', revision: 3, status: 'approving', approvals: [approval, { ...approval, approval: 'NX-AP1', status: 'granted' }] } as unknown as CaseTask;

describe('the fields of a command', () => {
  it('asks for what the command needs and no more', () => {
    expect(fieldsOf('judge', task)).toEqual([]);
    expect(missing('judge', {})).toBeNull();
    expect(missing('file_application', { applicant: ' ', utilities: 'water' })).toBe('case_applicant');
    expect(missing('file_application', { applicant: '甲', channel: 'online', utilities: 'water' })).toBeNull();
  });

  it('offers only the permissions that are under approval, and fills in what the task knows', () => {
    const [which] = fieldsOf('decide_approval', task);
    expect(which!.options!.map(([key]) => key)).toEqual(['NX-AP2']);
    expect(which!.value).toBe('NX-AP2');
    expect(fieldsOf('fix_plan', task).map((one) => one.value)).toEqual(['W1', '水司']);
  });

  it('makes the command: types, Beijing time, the revision that is signed, no empty entries', () => {
    expect(dataOf('decide_approval', { approval: 'NX-AP2', granted: 'no', opinion: '' }, null, task)).toEqual({ approval: 'NX-AP2', granted: false, utility: 'water' });
    expect(dataOf('schedule_survey', { moment: '2026-12-01T09:00' }, null, null)).toEqual({ moment: '2026-12-01T09:00:00+08:00' });
    expect(dataOf('sign_commitment', { signatory: '孙' }, null, task)).toEqual({ signatory: '孙', revision: 3, utility: 'water' });
    expect(dataOf('rate', { score: '4' }, null, null)).toEqual({ score: 4 });
    expect(dataOf('supply_papers', { papers: '产权证\n 身份证；' }, null, null)).toEqual({ papers: ['产权证', '身份证'] });
  });

  it('files an application with the utilities chosen, and acceptance for all that are built', () => {
    const entries = { applicant: '甲', channel: 'window', utilities: 'water gas', address: '范蠡大街 1 号', agent: '' };
    expect(dataOf('file_application', entries, null, null)).toEqual({
      applicant: '甲', channel: 'window', utilities: [{ utility: 'water' }, { utility: 'gas' }], form: { 'basic.address': '范蠡大街 1 号' },
    });
    const built = { tasks: [{ ...task, status: 'built' }, { ...task, utility: 'gas', status: 'building' }] } as unknown as CaseShape;
    expect(dataOf('file_acceptance', {}, built, null)).toEqual({ utilities: ['water'] });
    const both = { tasks: [{ ...task, status: 'built', operator: '水司' }, { ...task, utility: 'gas', status: 'built', operator: '燃气' }] } as unknown as CaseShape;
    expect(dataOf('file_acceptance', {}, both, null)).toEqual({ utilities: ['water', 'gas'] });
    expect(dataOf('file_acceptance', {}, both, null, '燃气')).toEqual({ utilities: ['gas'], together: false });
  });

  it('offers the milestones and facts of the county, with the utility whose own they are', () => {
    const notable = [{ event: 'contract_signed', utility: 'water', zh: '协议签订', en: 'contract signed' }, { event: 'demand_known', utility: '', zh: '获取需求信息', en: 'demand known' }];
    const one = { tasks: [{ ...task, zh: '给水', en: 'water' }], notable, facts_to_state: [{ fact: 'prelaid', zh: '已提前布设', en: 'laid' }] } as unknown as CaseShape;
    const [event, text] = fieldsOf('note', null, one);
    expect(event!.options!.map(([key, zh]) => [key, zh])).toEqual([['contract_signed water', '协议签订（给水）'], ['demand_known', '获取需求信息']]);
    expect(text!.name).toBe('text');
    expect(fieldsOf('note', null, { ...one, notable: [{ event: 'moved_in', utility: '', zh: '企业进驻', en: 'moves in' }] })[1]!.name).toBe('moment');
    expect(dataOf('note', { event: 'contract_signed water', text: '已签' }, one, null)).toEqual({ event: 'contract_signed', utility: 'water', text: '已签' });
    expect(dataOf('note', { event: 'demand_known' }, one, null)).toEqual({ event: 'demand_known', utility: '' });
    expect(fieldsOf('state_facts', null, one).map((field) => field.value)).toEqual(['prelaid']);
    expect(dataOf('state_facts', { facts: 'prelaid' }, one, null)).toEqual({ facts: ['prelaid'] });
    expect(isOffered('recount') && isOffered('note')).toBe(true);
  });

  it('leaves the clock to the clock', () => {
    expect(isOffered('tick')).toBe(false);
    expect(isOffered('rate')).toBe(true);
  });
});
