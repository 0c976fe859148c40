import { describe, expect, it } from 'vitest';
import { lacks } from '../src/onsite/abilities';
import { answersTo, corrects, isDisputed } from '../src/onsite/answers';
import type { AnswerShape } from '../src/api/types';
import { ExchangeError, read, written } from '../src/onsite/exchange';
import { packed, unpacked } from '../src/onsite/gzip';
import { isWhole, planned, put, surveyed, without } from '../src/onsite/lines';
import type { Entry, SiteAnswer } from '../src/onsite/shapes';
import { boxesOf, gathered, samePlan, type Box } from '../src/onsite/taking';
import { numberTyped } from '../src/onsite/typedNumbers';
import { filled } from '../src/i18n/dictionary';
import { en } from '../src/i18n/onsite.en';
import { zh } from '../src/i18n/onsite.zh';

const BY = { id: 'p1', name: '王测绘', organisation: '测绘队' };

function answer(id: string, more: Partial<SiteAnswer> = {}): SiteAnswer {
  return { id, item: 'i1', outcome: 'ok', taken_at: `2026-11-26T0${id.length}:00:00Z`, value: null, uncertainty: null, unit: '', photos: [], note: '', x: null, y: null, accuracy_m: null, replaces: '', ...more };
}

/** The answer as the office tells it. */
const fromOffice = ({ photos, ...one }: SiteAnswer, by: string): AnswerShape => ({ ...one, photos: [...photos], by, place: null, at: one.taken_at, planned: true, late: false, corrected: false });

const entry = (one: SiteAnswer, by = BY): Entry => ({ id: one.id, visit: 'V-1', order: 1, madeAt: one.taken_at, by, state: 'waiting', refusal: null, kind: 'answer_item', data: { answer: one } });

describe('words on site', () => {
  it('fill the same blanks in both languages', () => {
    const blanks = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!).sort();
    for (const key of Object.keys(zh) as (keyof typeof zh)[]) expect([key, blanks(filled(en[key]))]).toEqual([key, blanks(zh[key])]);
  });
});

describe('a value as it is typed or spoken', () => {
  it('is read in the unit that is asked for', () => {
    const said: [string, string, number | null][] = [
      ['1.25', 'm', 1.25], [' １．２５ ', 'm', 1.25], ['1.25米', 'm', 1.25], ['85 厘米', 'm', 0.85], ['120mm', 'm', 0.12], ['-0.5', 'm', -0.5], ['−3', '', -3],
      ['.5', 'm', 0.5], ['1,25', 'm', null], ['1.2 kV', 'm', null], ['', 'm', null], ['一米二', 'm', null], ['15 度', '度', 15], ['85 厘米', '度', null],
    ];
    for (const [text, unit, value] of said) expect([text, unit, numberTyped(text, unit)]).toEqual([text, unit, value]);
  });
});

describe('answers on the device', () => {
  const known = fromOffice(answer('a'), '李');

  it('stand side by side until somebody corrects an own one', () => {
    const mine = answer('bb', { outcome: 'not_ok' });
    const shown = answersTo('i1', [known], [entry(mine)]);
    expect(shown.map(({ id, by }) => [id, by])).toEqual([['a', '李'], ['bb', '王测绘']]);
    expect(isDisputed(shown)).toBe(true);
    expect(corrects(shown, BY)?.id).toBe('bb');
    expect(corrects(shown, { ...BY, id: 'p2' })).toBeNull();
    expect(corrects(shown, { id: 'p3', name: '李', organisation: '' })?.id).toBe('a');
    const settled = answersTo('i1', [known], [entry(mine), entry(answer('ccc', { replaces: 'bb' }))]);
    expect(settled.map(({ corrected }) => corrected)).toEqual([false, true, false]);
    expect(isDisputed(settled)).toBe(false);
  });

  it('are shown once when they came back from the office', () => {
    expect(answersTo('i1', [fromOffice(answer('bb'), '王测绘')], [entry(answer('bb'))])).toHaveLength(1);
  });
});

describe('a line that is measured', () => {
  const gnss = (x: number, y: number) => ({ at: [x, y] as const, accuracyM: 2.34567, takenAt: '2026-11-26T01:00:00.000Z' });

  it('keeps the planned vertices that nobody measured, and tells which were', () => {
    const line = put(planned([[[0, 0], [10, 0], [20, 0]]]), gnss(10.5, 0.4), { part: 0, index: 1, insert: false });
    expect(surveyed(line, 'W1', 'EPSG:4546', ' 改走北侧 ')).toEqual({
      route: 'W1', crs: 'EPSG:4546', note: '改走北侧', geometry: { type: 'LineString', coordinates: [[0, 0], [10.5, 0.4], [20, 0]] },
      points: [{ x: 10.5, y: 0.4, accuracy_m: 2.346, taken_at: '2026-11-26T01:00:00.000Z' }],
    });
  });

  it('grows, takes points in and out, and never twice the same', () => {
    let line = put([], gnss(0, 0), null);
    expect(isWhole(line)).toBe(false);
    line = put(line, gnss(5, 0), null);
    expect(put(line, gnss(5, 0.0004), null)).toBe(line);
    line = put(line, gnss(2, 1), { part: 0, index: 1, insert: true });
    expect(line[0]!.map(({ at }) => at)).toEqual([[0, 0], [2, 1], [5, 0]]);
    expect(without(without(line, { part: 0, index: 0 }), { part: 0, index: 0 })).toHaveLength(1);
    expect(without([[gnss(0, 0)]], { part: 0, index: 0 })).toEqual([]);
  });
});

describe('what is taken along', () => {
  it('covers every place and every piece of the way, in few boxes', () => {
    const stop = (x: number, y: number) => ({ place: [x, y], items: [{ place: [x + 100, y] }] });
    const way = Array.from({ length: 50 }, (_, i) => [i * 100, i * 100] as const);
    const boxes = boxesOf({ stops: [stop(0, 0), stop(4900, 4900)], days: [{ on: '', ways: [{ type: 'LineString', coordinates: way }] }] } as never);
    const inside = ([x, y]: readonly number[], [west, south, east, north]: Box): boolean => x! >= west && x! <= east && y! >= south && y! <= north;
    for (const place of [...way, [-299, 0], [4900, 5199], [5299, 4900]]) expect([place, boxes.some((box) => inside(place, box))]).toEqual([place, true]);
    const area = boxes.reduce((sum, [west, south, east, north]) => sum + (east - west) * (north - south), 0);
    expect(area).toBeLessThan(0.25 * 5000 * 5000);
    expect(gathered([[0, 0, 1, 1], [0, 0, 1, 1]])).toEqual([[0, 0, 1, 1]]);
  });

  it('is old once the office goes elsewhere, or in another order', () => {
    const stop = (id: string, item = 'i') => ({ id, arrives: '2026-12-01T09:00:00+08:00', items: [{ id: item, answers: [] }] });
    const visit = (...stops: object[]) => ({ stops }) as never;
    const known = visit(stop('a'), stop('b'));
    expect(samePlan(known, visit({ ...stop('a'), items: [{ id: 'i', answers: [1] }] }, stop('b')))).toBe(true);
    for (const other of [visit(stop('b'), stop('a')), visit(stop('a')), visit(stop('a', 'j'), stop('b'))]) expect(samePlan(known, other)).toBe(false);
  });

  it('comes back from the device as it was', async () => {
    const value = { features: { routes: [{ id: 'W1', name: '𠮷野家旁 '.repeat(50) }] }, findings: [1.25, null] };
    const small = await packed(value);
    expect(small.gzip).toBe(true);
    expect(await unpacked(small)).toEqual(value);
  });
});

describe('the file', () => {
  const picture = new Uint8Array(100_000).map((_, i) => (i * 7) % 256);
  const photo: Entry = { ...entry(answer('x')), id: 'p', kind: 'picture', data: { type: 'image/jpeg', bytes: picture.length, taken_at: null, x: null, y: null, accuracy_m: null, smaller: false, what: 'photo' } } as Entry;

  it('brings back every entry and every byte; all wait to be sent', async () => {
    const sent: Entry = { ...entry(answer('a')), state: 'sent' };
    const bytes = new Map([['p', { type: 'image/jpeg', bytes: picture.buffer as ArrayBuffer }]]);
    const text = await (await written([sent, photo], (id) => Promise.resolve(bytes.get(id) ?? null), new Date(0))).text();
    const back = read(text);
    expect(back.entries).toEqual([{ ...sent, state: 'waiting' }, photo]);
    expect(new Uint8Array(back.pictures.get('p')!.bytes)).toEqual(picture);
  });

  it('leaves out a picture whose bytes are gone, and is refused by name where it is none', async () => {
    const text = await (await written([photo], () => Promise.resolve(null), new Date(0))).text();
    expect(read(text).entries).toEqual([]);
    const wrong: [string, string][] = [['{', 'format'], ['[]', 'format'], ['null', 'format'], [text.replace('"version":1', '"version":9'), 'version'], [text.replace('"kind":"picture"', '"kind":"x"'), 'entry']];
    const { entries: [one] } = JSON.parse(text) as { entries: [object] };
    for (const part of [{ by: null }, { data: null }, { order: '1' }]) wrong.push([JSON.stringify({ ...(JSON.parse(text) as object), entries: [{ ...one, ...part }] }), 'entry']);
    for (const pictures of [{ a: { type: 'image/png', base64: '%' } }, { a: null }]) wrong.push([JSON.stringify({ ...(JSON.parse(text) as object), pictures }), 'entry']);
    for (const [bad, reason] of wrong) expect(() => read(bad)).toThrow(new ExchangeError(reason as 'format'));
  });
});

describe('what a browser lacks', () => {
  it('is told by its cause', () => {
    const all = { isSecureContext: true, indexedDB: {}, navigator: { serviceWorker: {}, geolocation: {} } };
    expect(lacks(all)).toEqual([]);
    expect(lacks({ ...all, isSecureContext: false, navigator: {} })).toEqual(['insecure']);
    expect(lacks({ ...all, indexedDB: undefined, navigator: {} })).toEqual(['no_store', 'no_worker', 'no_position']);
  });
});
