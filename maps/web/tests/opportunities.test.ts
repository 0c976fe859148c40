import { describe, expect, it } from 'vitest';
import type { OpportunityEvent, OpportunityRow } from '../src/api/types';
import { barOf, moved, scaleOf, ticksOf } from '../src/opportunities/chart';
import { daysLeft, momentOf, money } from '../src/opportunities/figures';
import { ANYTHING, askedOf, choices, inOrder, matches, totals } from '../src/opportunities/filter';
import { toldOf } from '../src/opportunities/history';

const row = (id: string, change: Record<string, unknown> = {}): OpportunityRow =>
  ({
    id,
    members: [{ route: 'W', utility: 'water', operator: '自来水' }, { route: 'G', utility: 'gas', operator: null }],
    shared_m: 100,
    saved_m: 90,
    savings: { money: { low: 1000, high: 2000 } },
    meeting: { state: 'meets' },
    streets: [{ name: '建设路' }],
    state: 'new',
    waits: false,
    due: null,
    geometry: { type: 'MultiLineString', coordinates: [[[0, 0], [100, 0]], [[200, 50], [300, 50]]] },
    ...change,
  }) as unknown as OpportunityRow;

const unpriced = { money: { low: null, high: null } };

describe('filters', () => {
  it('look at every side of a chance', () => {
    const one = row('A');
    expect(matches(one, ANYTHING)).toBe(true);
    for (const change of [{ utility: 'gas' }, { operator: '自来水' }, { street: '建设路' }, { window: 'meets' as const }, { state: 'new' as const }, { least: 1000 }]) expect(matches(one, { ...ANYTHING, ...change })).toBe(true);
    for (const change of [{ utility: 'heat' }, { operator: '燃气' }, { street: '人民路' }, { window: 'never' as const }, { state: 'agreed' as const }, { least: 1001 }, { waits: true }]) expect(matches(one, { ...ANYTHING, ...change })).toBe(false);
  });

  it('find what waits for who looks', () => expect([row('A', { waits: true }), row('B')].filter((one) => matches(one, { ...ANYTHING, waits: true })).map(({ id }) => id)).toEqual(['A']));

  it('never take what has no price for a saving', () => expect(matches(row('A', { savings: unpriced }), { ...ANYTHING, least: 0 })).toBe(false));

  it('are asked of the server as they are, and what is not narrowed is not asked', () => {
    expect(askedOf(ANYTHING, 'worth', 'EPSG:4546')).toEqual({ order: 'worth' });
    const narrow = { utility: 'gas', operator: '自来水', street: '建设路', window: 'meets' as const, state: 'new' as const, waits: true, least: 0 };
    expect(askedOf(narrow, 'money', 'EPSG:4546', [1, 2, 3.5, 4])).toEqual({
      utility: 'gas', operator: '自来水', street: '"建设路"', meeting: 'meets', state: 'new', waiting: 'true', least_yuan: '0', bbox: '1.000,2.000,3.500,4.000', 'bbox-crs': 'EPSG:4546', order: 'money',
    });
  });

  it('see a trench in the window by any of its parts', () => {
    expect(matches(row('A'), ANYTHING, [290, 40, 400, 60])).toBe(true);
    expect(matches(row('A'), ANYTHING, [301, 0, 400, 60])).toBe(false);
  });

  it('count a chance once for each value', () => {
    const rows = [row('A'), row('B', { members: [{ utility: 'gas', operator: '燃气' }, { utility: 'gas', operator: '燃气' }] })];
    expect(choices(rows, 'utility')).toEqual([{ key: 'gas', n: 2 }, { key: 'water', n: 1 }]);
    expect(choices(rows, 'operator').map(({ n }) => n)).toEqual([1, 1]);
  });

  it('sum ranges apart and name what has no price', () =>
    expect(totals([row('A'), row('B', { savings: unpriced }), row('C')])).toEqual({ saved_m: 270, low: 2000, high: 4000, unpriced: 1 }));
});

describe('orders', () => {
  const rows = [row('A', { shared_m: 10, savings: unpriced }), row('B', { shared_m: 30, state: 'proposed', due: '2026-12-03T09:30:00Z' }), row('C', { shared_m: 20, state: 'proposed', due: '2026-12-01T09:30:00Z' })];
  const ids = (order: Parameters<typeof inOrder>[1]): string => inOrder(rows, order).map(({ id }) => id).join('');
  it('keep that of the server where nothing else is asked', () => expect(ids('worth')).toBe('ABC'));
  it('put the longest first', () => expect(ids('length')).toBe('BCA'));
  it('put what has no price last', () => expect(ids('money')).toBe('BCA'));
  it('put what is to be answered first first', () => expect(ids('due')).toBe('CBA'));
});

describe('money', () => {
  it('is a range in the unit people use', () => {
    expect(money(12_300, 34_000, 'zh')).toBe('1.2–3.4 万元');
    expect(money(12_300, 34_000, 'en')).toBe('¥12.3–34k');
    expect(money(294_000, 1_429_000, 'en')).toBe('¥0.3–1.4M');
    expect(money(800, 1300, 'zh')).toBe('800–1300 元');
    expect(money(5000, 5000, 'en')).toBe('¥5000');
  });
  it('says what is lost', () => expect(money(-3000, 12_000, 'zh')).toBe('−0.3 至 1.2 万元'));
  it('is none where nothing has a price', () => expect(money(null, null, 'zh')).toBeNull());
});

describe('moments', () => it('are told in the time of Beijing', () => expect(momentOf('2026-11-30T20:05:00Z')).toBe('2026-12-01 04:05')));

describe('days left', () => {
  const due = '2026-12-01T17:30:00+08:00';
  it('are those of the calendar of Beijing', () => {
    expect(daysLeft(due, Date.parse('2026-12-01T00:10:00+08:00'))).toBe(0);
    expect(daysLeft(due, Date.parse('2026-11-30T23:50:00+08:00'))).toBe(1);
  });
  it('are over on the same day', () => expect(daysLeft(due, Date.parse('2026-12-01T18:00:00+08:00'))).toBe(-1));
});

describe('a chart of windows', () => {
  const windows = [{ start: '2026-03-01', end: '2026-03-31' }, { start: null, end: null }, { start: '2026-05-01', end: '2026-05-01' }];
  it('has room for all of them', () => {
    const scale = scaleOf(windows, 0)!;
    expect(barOf(scale, windows[0]!)!.left).toBe(0);
    const last = barOf(scale, windows[2]!)!;
    expect(last.left + last.width).toBeCloseTo(100);
    expect(last.width).toBeCloseTo(100 / 62);
    expect(barOf(scale, windows[1]!)).toBeNull();
  });
  it('is none where nobody states a date', () => expect(scaleOf([windows[1]!])).toBeNull());
  it('names months, and years as they begin', () => {
    expect(ticksOf(scaleOf([{ start: '2026-11-15', end: '2027-02-10' }], 0)!).map(({ label }) => label)).toEqual(['12', '2027', '2']);
    expect(ticksOf(scaleOf([{ start: '2024-06-01', end: '2026-06-01' }], 0)!).map(({ label }) => label)).toEqual(['7', '10', '2025', '4', '7', '10', '2026', '4']);
  });
  it('moves a window as a whole, over the end of February too', () => {
    expect(moved({ start: '2028-02-28', end: '2028-02-29' }, 1)).toEqual({ start: '2028-02-29', end: '2028-03-01' });
    expect(moved(windows[1]!, 5)).toEqual(windows[1]);
  });
});

describe('what has happened', () => {
  const event = (seq: number, data: Record<string, unknown>): OpportunityEvent => ({ seq, data }) as unknown as OpportunityEvent;
  const asked = { parties: [{ key: '水司', operator: '自来水公司' }, { key: 'route:T1', operator: '' }], due: '2026-12-03T17:00:00+08:00' };

  it('names parties as they were asked, also those that have left since', () => {
    const told = toldOf([event(1, { asked }), event(2, { party: '水司', yes: false, reason: '太急', changed: false }), event(3, { parties: ['route:T1'] })]);
    expect(told.map(({ party }) => party)).toEqual([null, '自来水公司', null]);
    expect(told[1]).toMatchObject({ yes: false, reason: '太急', due: null });
    expect(told[2]!.parties).toEqual(['T1']);
    expect(told[0]).toMatchObject({ due: asked.due, parties: [], routes: [] });
  });
});
