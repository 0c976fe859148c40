import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { AnswerShape, CaseRow, VisitAttendee, VisitItem, VisitPlan, VisitPlanTold, VisitRow, VisitStop } from '../src/api/types';
import { counting, progressOf, standingOf, stopStanding, unsettled } from '../src/visits/answers';
import { askedOf, isPlaced, NOTHING, toggled, wantedOf } from '../src/visits/asking';
import { dueOf } from '../src/visits/due';
import { clockOf, daysText, legsOf, waysOf } from '../src/visits/figures';
import { costOf, placeAt, put } from '../src/visits/order';
import { inLanguage, invitationOf, onSiteOf, pictureOf } from '../src/visits/papers';
import { arrivals, presentOf } from '../src/visits/presence';
import { qrOf } from '../src/visits/qr';

describe('what is asked', () => {
  it('says only what is wanted', () => expect(askedOf({ ...NOTHING, title: ' 春季 ', cases: ['C1'] }, 'EPSG:4546')).toEqual({ title: '春季', crs: 'EPSG:4546', cases: ['C1'] }));

  it('names a day, or the morning from which on one is looked for', () => {
    expect(askedOf({ ...NOTHING, after: '2026-12-01' }, 'grid').after).toBe('2026-12-01T00:00:00+08:00');
    const fixed = askedOf({ ...NOTHING, after: '2026-12-01', day: '2026-12-08' }, 'grid');
    expect([fixed.day, fixed.after]).toEqual(['2026-12-08', undefined]);
  });

  it('comes back as it was asked', () => {
    const wanted = { ...NOTHING, title: '甲', routes: ['R1'], keep: ['C1'], mode: 'walk' as const, minutes: { S1: 20 }, added: [{ x: 1, y: 2, name: '井', note: '' }], start: [3, 4] as const, after: '2026-12-01', order: ['S2', 'S1'] };
    expect(wantedOf(askedOf(wanted, 'grid'))).toEqual(wanted);
  });

  it('takes along and leaves out', () => {
    expect(toggled(['A'], 'B')).toEqual(['A', 'B']);
    expect(toggled(['A', 'B'], 'A')).toEqual(['B']);
    expect([isPlaced(NOTHING), isPlaced({ ...NOTHING, sites: ['P1'] })]).toEqual([false, true]);
  });
});

describe('the order', () => {
  const letters = ['A', 'B', 'C', 'D'];
  it('is put otherwise one at a time', () => {
    expect(put(letters, 0, 2).join('')).toBe('BCAD');
    expect(put(letters, 3, 0).join('')).toBe('DABC');
    for (const [from, to] of [[1, 1], [-1, 2], [0, 4], [9, 0]] as const) expect(put(letters, from, to)).toBe(letters);
  });

  it('never loses a stop, and comes back by the opposite move', () => {
    for (let from = 0; from < 4; from += 1) for (let to = 0; to < 4; to += 1) expect(put(put(letters, from, to), to, from)).toEqual(letters);
  });

  it('is where the pointer is', () => {
    const middles = [10, 30, 50];
    expect([-5, 20, 45, 99].map((y) => placeAt(middles, 0, y))).toEqual([0, 0, 1, 2]);
    expect([-5, 20, 45, 99].map((y) => placeAt(middles, 2, y))).toEqual([0, 1, 2, 2]);
  });

  it('costs minutes on the way and at the end', () => {
    const told = (travel: number, back: string): VisitPlanTold => ({ travel_s: travel, least_travel_s: 600, days: [{ back }] }) as unknown as VisitPlanTold;
    expect(costOf(told(600, '2026-12-01T11:00:00+08:00'), told(1320, '2026-12-01T11:12:00+08:00'))).toEqual({ travel: 12, back: 12, days: 0 });
  });
});

const answer = (id: string, outcome: AnswerShape['outcome'], corrected = false): AnswerShape => ({ id, outcome, corrected }) as AnswerShape;
const item = (id: string, ...answers: AnswerShape[]): VisitItem => ({ id, answers }) as unknown as VisitItem;
const stop = (...items: VisitItem[]): VisitStop => ({ items }) as unknown as VisitStop;

describe('answers', () => {
  it('count unless a later one corrects them', () => {
    const one = item('A', answer('1', 'ok', true), answer('2', 'not_ok'));
    expect(counting(one).map(({ id }) => id)).toEqual(['2']);
    expect(standingOf(one, [])).toBe('not_ok');
    expect(standingOf(item('A', answer('1', 'ok', true)), [])).toBe('waiting');
  });

  it('that do not agree stand above all else', () => {
    const both = item('A', answer('1', 'ok'), answer('2', 'not_ok'));
    expect(standingOf(both, ['A'])).toBe('disputed');
    expect(stopStanding(stop(both, item('B', answer('3', 'not_ok'))), ['A'])).toBe('disputed');
  });

  it('make a stop done once the last one is there', () => {
    expect(stopStanding(stop(item('A'), item('B')), [])).toBe('waiting');
    expect(stopStanding(stop(item('A', answer('1', 'ok')), item('B')), [])).toBe('begun');
    expect(stopStanding(stop(item('A', answer('1', 'ok')), item('B', answer('2', 'value'))), [])).toBe('done');
    expect(progressOf([stop(item('A', answer('1', 'ok')), item('B'))], ['A'])).toEqual({ items: 2, answered: 1, disputed: 1 });
  });

  it('leave to somebody what is open, wrong or told in different ways', () => {
    const all = [item('A', answer('1', 'ok')), item('B', answer('2', 'not_ok')), item('C'), item('D', answer('3', 'open')), item('E', answer('4', 'value')), item('F', answer('5', 'ok'))];
    expect(unsettled([stop(...all)], ['F']).map(({ id }) => id).join('')).toBe('BCDF');
  });
});

describe('times', () => {
  it('are those of the county', () => {
    expect(clockOf('2026-12-01T01:05:00Z')).toBe('09:05');
    expect(daysText(['2026-12-01'], 'zh')).toBe('12-01 周二');
    expect(daysText(['2026-12-01', '2026-12-02'], 'en')).toBe('12-01 Tue – 12-02 Wed');
    expect(daysText([], 'zh')).toBe('');
  });

  it('are reckoned day by day', () => {
    const at = (time: string, day = '01'): string => `2026-12-${day}T${time}:00+08:00`;
    const part = (day: string, begins: string, leaves: string): object => ({ day: `2026-12-${day}`, begins: at(begins, day), leaves: at(leaves, day) });
    const stops = [
      { id: 'A', day: '2026-12-01', arrives: at('09:05'), parts: [part('01', '09:20', '09:40')] },
      { id: 'B', day: '2026-12-01', arrives: at('10:00'), parts: [part('01', '10:00', '12:00'), part('01', '14:00', '17:00'), part('02', '09:01', '09:30')] },
    ];
    const days = [
      { on: '2026-12-01', sets_out: at('09:00'), back: at('17:10'), stops: ['A', 'B'], legs: [{ seconds: 300, gap_m: 850 }, null, null] },
      { on: '2026-12-02', sets_out: at('09:00', '02'), back: at('09:30', '02'), stops: ['B'], legs: [{ seconds: 90, gap_m: 12 }, null] },
    ];
    const told = legsOf({ days, stops } as unknown as VisitPlan);
    expect(told.map(({ legs, home }) => [legs.map(({ stop: { id }, goesOn, way, waits, straight_m: straight, leaves }) => [id, goesOn, way, waits, straight, clockOf(leaves)]), home])).toEqual([
      [[['A', false, 5, 15, 850, '09:40'], ['B', false, 0, 0, 0, '17:00']], 10],
      [[['B', true, 2, 0, 0, '09:30']], 0],
    ]);
  });
});

describe('ways', () => {
  it('are assumed where most of them is no road', () => {
    const line = { type: 'LineString' as const, coordinates: [] };
    const told = waysOf({ ways: [line, null, line], legs: [{ mode: 'drive', seconds: 60, metres: 900, gap_m: 850 }, null, { mode: 'drive', seconds: 60, metres: 900, gap_m: 70 }] });
    expect(told.map(({ assumed }) => assumed)).toEqual([true, false]);
  });
});

describe('who came', () => {
  const called = [{ key: 'utility:水司', name: '水司' }, { key: 'approver:城管', name: '城管局' }] as unknown as VisitAttendee[];
  const signed = [{ who: { key: 'utility:水司', name: '张工', organisation: '水司' }, picture: 'p', at: '' }, { who: { key: '', name: '路人', organisation: '' }, picture: 'q', at: '' }];
  it('are those who signed, to begin with', () => {
    const rows = arrivals(called, signed);
    expect(rows.map(({ name, came }) => [name, came])).toEqual([['张工', true], ['路人', true], ['', false]]);
    expect(presentOf(rows)).toEqual([{ key: 'utility:水司', name: '张工', organisation: '水司' }, { key: '', name: '路人', organisation: '' }]);
  });

  it('are named by their organisation where nobody says who it was', () =>
    expect(presentOf(arrivals(called, []).map((row) => ({ ...row, came: true }))).map(({ name }) => name)).toEqual(['水司', '城管局']));

  it('are nobody without any name', () => expect(presentOf([{ key: '', organisation: ' ', name: '', came: true, signed: false }])).toEqual([]));
});

describe('addresses', () => {
  it('bear names of any kind', () => {
    expect(invitationOf('V-1', 'utility:水 司')).toBe('/api/visits/V-1/invitation.ics?attendee=utility%3A%E6%B0%B4%20%E5%8F%B8');
    expect(pictureOf('V-1', 'a/b')).toBe('/api/visits/V-1/pictures/a%2Fb');
    expect(['/a', '/a?b=1'].map((href) => inLanguage(href, 'zh'))).toEqual(['/a?language=zh', '/a?b=1&language=zh']);
    expect(onSiteOf('https://county.example/#old', 'V-1')).toBe('https://county.example/#/visit/V-1');
  });
});

describe('codes', () => {
  // Of the package `qrcode` 8.2 for the same bytes, level M and mask; rows of 0 and 1 joined by line feeds.
  const GOLDEN: readonly (readonly [number, number, string])[] = [
    [10, 21, '5d18dc5619b32680cdc23c91e6ee197efac337ce51ed0d08c732a1f058f7198a'],
    [63, 37, '226363db39934fce2c8a7bed22800fa7e9c0ac9136461bd360f6c55df2256fd7'],
    [107, 45, '26d0e4b80dc47f918b17e84ee814622a809c9fb6ff0a797b6b8c7e58db27a730'],
    [181, 57, '95d7a9f82884cd990ece1b48523e8dcdd662392b3668b0325abf66594e875212'],
  ];
  const text = 'http://192.168.1.5:8000/#/visit/V-'.repeat(10);
  it('are those that other programs make', () => {
    for (const [length, size, sha] of GOLDEN) {
      const rows = qrOf(text.slice(0, length))!.map((row) => row.map(Number).join(''));
      expect(rows.length).toBe(size);
      expect(createHash('sha256').update(rows.join('\n')).digest('hex')).toBe(sha);
    }
  });

  it('are none where a text is too long', () => {
    expect(qrOf('x'.repeat(213))?.length).toBe(57);
    expect(qrOf('x'.repeat(214))).toBeNull();
  });
});

describe('cases that are due', () => {
  const row = (id: string, ...kinds: string[]): CaseRow => ({ id, possible: { coordinator: kinds.map((kind) => ({ kind })) } }) as unknown as CaseRow;
  const rows = [row('C1', 'schedule_survey'), row('C2', 'record_survey', 'judge'), row('C3', 'judge'), row('C4', 'schedule_survey')];
  const visit = (id: string, state: string, ...cases: string[]): VisitRow => ({ id, state, cases }) as unknown as VisitRow;
  const ids = (found: CaseRow[]): string => found.map(({ id }) => id).join(' ');

  it('are those whose survey is to come and that no visit will see', () => {
    expect(ids(dueOf(rows, [], null))).toBe('C1 C2 C4');
    expect(ids(dueOf(rows, [visit('V1', 'planned', 'C1'), visit('V2', 'cancelled', 'C2'), visit('V3', 'invited', 'C4')], null))).toBe('C2');
  });

  it('stay those of the visit that is changed', () => expect(ids(dueOf(rows, [visit('V1', 'planned', 'C1')], 'V1'))).toBe('C1 C2 C4'));
});
