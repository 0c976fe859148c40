import { describe, expect, it } from 'vitest';
import type { FormFieldShape, FormShape } from '../src/api/types';
import { byField, entered, inOrder, isChosen, isOpen, lookOf, masked, placed, progressOf, tickOf, toggled, unquoted } from '../src/forms/entries';

const field = (key: string, change: Partial<FormFieldShape> = {}): FormFieldShape => ({
  key, zh: key, en: key, type: 'text', unit_zh: '', unit_en: '', options: [], required: false, check: '', private: false,
  filled_in: true, text_zh: '', text_en: '', least: null, most: null, most_characters: 500, ...change,
});
const OPTIONS = ['甲', '乙', '丙'].map((zh) => ({ zh, en: zh }));
const water = {
  key: 'water', zh: '用水', en: 'water', optional: true, utility: 'water',
  fields: [field('water.wanted', { type: 'tick' }), field('water.meters', { type: 'integer' }), field('water.note', { type: 'note', filled_in: false })],
};
const basic = {
  key: 'basic', zh: '基本', en: 'basic', optional: false, utility: '',
  fields: [field('basic.applicant', { required: true }), field('basic.id', { private: true })],
};
const form: FormShape = {
  policy: 'p', county_zh: '', county_en: '', document: '', clause: '', title: '', form: 'F', name_zh: '', name_en: '',
  attached: true, asks_utilities: true, channels: [], groups: [basic, water],
};

describe('entries of a form', () => {
  it('leaves out what is blank, an unticked box too', () => {
    expect(entered({ a: 'x' }, 'b', ' ')).toEqual({ a: 'x' });
    expect(entered({ a: 'x' }, 'a', '')).toEqual({});
    expect(entered({ a: true }, 'a', false)).toEqual({});
    expect(entered({}, 'n', 0)).toEqual({ n: 0 });
  });

  it('keeps options in the order of the paper, whatever order they are ticked in', () => {
    const several = field('s', { type: 'choices', options: OPTIONS });
    expect(toggled(several, ['丙'], '甲', true)).toEqual(['甲', '丙']);
    expect(toggled(several, '乙', '乙', false)).toEqual([]);
    expect(isChosen(['甲'], '甲') && isChosen('甲', '甲') && !isChosen(undefined, '甲')).toBe(true);
  });

  it('opens a group by its box, and never hides an entry that counts', () => {
    expect(tickOf(basic)).toBeNull();
    expect(isOpen(basic, {})).toBe(true);
    expect(isOpen(water, {})).toBe(false);
    expect(isOpen(water, { 'water.wanted': true })).toBe(true);
    expect(isOpen(water, { 'water.meters': '3' })).toBe(true);
  });

  it('counts what can be filled in', () => {
    const needed = new Set(['basic.applicant', 'filing.utilities']);
    expect(progressOf(form, { 'water.meters': '3' }, needed, needed)).toEqual({ filled: 1, fields: 4, required: 2, requiredFilled: 0 });
    expect(progressOf(form, {}, needed, new Set(['basic.id', 'filing.utilities'])).requiredFilled).toBe(1);
    expect(progressOf(form, {}, new Set(), new Set(['basic.id']))).toMatchObject({ required: 0, requiredFilled: 0 });
  });

  it('tells where the form asks for utilities that none is chosen, and beside it where the form does not ask', () => {
    const faults = ['filing.utilities', 'basic.id'].map((one) => ({ code: one, field: one }));
    const several = field('basic.wanted', { type: 'choices', options: OPTIONS });
    const boxes: FormShape = { ...form, groups: [{ ...basic, fields: [...basic.fields, several] }] };
    const fieldsIn = (one: FormShape): unknown[] => placed(one, faults).map((fault) => fault.field);
    expect(fieldsIn(form)).toEqual(['water.wanted', 'basic.id']);
    expect(fieldsIn(boxes)).toEqual(['basic.wanted', 'basic.id']);
    expect(fieldsIn({ ...form, asks_utilities: false })).toEqual(['filing.utilities', 'basic.id']);
  });

  it('takes quotation marks off a name that has its own', () => {
    expect(['“一张表单”', '报装申请“一张表单”', 'one form'].map(unquoted)).toEqual(['一张表单', '报装申请“一张表单”', 'one form']);
  });

  it('tells faults down the paper, those beside the form first', () => {
    const faults = ['water.meters', 'filing.utilities', 'basic.id', 'water.meters'].map((one, i) => ({ code: String(i), field: one }));
    expect(inOrder(form, faults).map(({ code }) => code)).toEqual(['1', '2', '0', '3']);
    expect(byField(faults).get('water.meters')).toHaveLength(2);
  });

  it('masks a private number once it is kept and right, and leaves what is typed meanwhile or wrong', () => {
    const sent = { 'basic.id': '11010519491231002X', 'basic.applicant': '甲' };
    const kept = { ...sent, 'basic.id': '110***********002X' };
    expect(masked(form, sent, sent, kept, [])).toEqual(kept);
    expect(masked(form, { ...sent, 'basic.id': '1101' }, sent, kept, [])['basic.id']).toBe('1101');
    expect(masked(form, sent, sent, kept, [{ code: 'x', field: 'basic.id' }])).toEqual(sent);
    expect(masked(form, { ...sent, 'basic.applicant': '乙' }, sent, kept, [])['basic.applicant']).toBe('乙');
  });

  it('shows each type as it is filled in', () => {
    const looks = [field('a'), field('a', { type: 'date' }), field('a', { type: 'choice', options: OPTIONS }), field('a', { type: 'choice_or_choices', options: OPTIONS }), field('a', { type: 'clause', filled_in: false }), field('a', { type: 'signature', filled_in: false }), field('a', { zh: '备注' })];
    expect(looks.map(lookOf)).toEqual(['line', 'day', 'one', 'several', 'printed', 'signature', 'long']);
  });
});
