import { describe, expect, it } from 'vitest';
import type { PlacedFinding, RouteProperties } from '../src/api/types';
import { partsOf, type DraftShape } from '../src/editing/draft';
import { assumedFields } from '../src/findings/assumed';
import { ANYTHING, boxOf, choices, matches } from '../src/findings/filter';
import { isDoable, mended, mends, mendWords } from '../src/findings/mend';
import { inOrder, isSettled, otherThan, routesIn, sameAs, tally } from '../src/findings/order';
import { words } from '../src/i18n/dictionary';

export function finding(change: Partial<PlacedFinding> = {}): PlacedFinding {
  return {
    id: 'f1', facts: 'x', kind: 'horizontal_clearance', kind_zh: '水平净距', kind_en: 'horizontal clearance',
    outcome: 'fails', outcome_zh: '不满足', outcome_en: 'fails', severity: 'grave', severity_zh: '严重', severity_en: 'grave',
    a: 'R1', b: 'E1', a_layer: 'routes', b_layer: 'pipes', measured: 0.65, limit: 1, unit: 'm', margin: -0.35, uncertainty: 0.1,
    rule: 'r', document: 'GB 50289-2016', clause: '4.1.9', status: 'confirmed', unverified: false, assumed: [], evidence_zh: '依据', evidence_en: 'evidence',
    sentence_zh: '句子', sentence_en: 'sentence', from_m: 10, to_m: 20, mend: null,
    geometry: { type: 'LineString', coordinates: [[0, 0], [10, 5]] }, acceptance: null, ...change,
  };
}
const accepted = { reason: '已协商', who: '甲', at: '2026-11-01T00:00:00Z', stale: false };

describe('order', () => {
  it('puts the gravest first, then along the line, the accepted last', () => {
    const all = [
      finding({ id: 'notice', severity: 'notice', from_m: 1 }),
      finding({ id: 'far', from_m: 90 }),
      finding({ id: 'settled', from_m: 0, acceptance: accepted }),
      finding({ id: 'near', from_m: 3 }),
      finding({ id: 'nowhere', from_m: null }),
      finding({ id: 'again', from_m: 50, acceptance: { ...accepted, stale: true } }),
    ];
    expect(inOrder(all).map(({ id }) => id)).toEqual(['near', 'again', 'far', 'nowhere', 'notice', 'settled']);
    expect(tally(all)).toEqual({ grave: 4, serious: 0, notice: 1 });
  });

  it('puts what fails before what must be exposed, and that before what nobody knows', () => {
    const serious = (id: string, outcome: PlacedFinding['outcome'], from_m: number): PlacedFinding => finding({ id, outcome, from_m, severity: 'serious' });
    const all = [serious('expose', 'must_expose', 1), serious('unknown', 'unknown', 0), serious('late', 'fails', 90), serious('early', 'fails', 5), finding({ id: 'grave', from_m: 99 })];
    expect(inOrder(all).map(({ id }) => id)).toEqual(['grave', 'early', 'late', 'expose', 'unknown']);
  });

  it('counts an acceptance only while its facts stay', () => {
    expect(isSettled(finding({ acceptance: accepted }))).toBe(true);
    expect(isSettled(finding({ acceptance: { ...accepted, stale: true } }))).toBe(false);
  });

  it('knows a finding again under another id', () => {
    const cover = finding({ id: 'c', kind: 'cover', b: null });
    expect(sameAs(finding(), [cover, finding({ id: 'saved' })])?.id).toBe('saved');
    expect(sameAs(finding(), [finding({ id: 'saved' }), finding()])?.id).toBe('f1');
    expect(sameAs(finding(), [cover])).toBeNull();
  });

  it('names the other side, whichever the finding names first', () => {
    const both = finding({ a: 'R1', b: 'R2', b_layer: 'routes' });
    expect(otherThan(both, 'R1')).toEqual({ layer: 'routes', id: 'R2' });
    expect(otherThan(both, 'R2')).toEqual({ layer: 'routes', id: 'R1' });
    // A pipe may bear the id of the route.
    expect(otherThan(finding({ a: 'R1', b: 'R1' }), 'R1')).toEqual({ layer: 'pipes', id: 'R1' });
    expect(otherThan(finding({ b: null, b_layer: null }), 'R1')).toBeNull();
    expect(otherThan(finding({ a: 'R9', b: '', b_layer: 'routes' }), null)).toEqual({ layer: 'routes', id: 'R9' });
    expect(routesIn(both)).toEqual(['R1', 'R2']);
    expect(routesIn(finding())).toEqual(['R1']);
  });
});

describe('filter', () => {
  it('takes what fits every choice', () => {
    expect(matches(finding(), ANYTHING)).toBe(true);
    expect(matches(finding(), { ...ANYTHING, severity: 'notice' })).toBe(false);
    expect(matches(finding(), { ...ANYTHING, kind: 'cover' })).toBe(false);
    expect(matches(finding(), { ...ANYTHING, outcome: 'unknown' })).toBe(false);
    expect(matches(finding({ acceptance: accepted }), { ...ANYTHING, accepted: 'open' })).toBe(false);
    expect(matches(finding({ acceptance: accepted }), { ...ANYTHING, accepted: 'accepted' })).toBe(true);
    expect(matches(finding({ acceptance: { ...accepted, stale: true } }), { ...ANYTHING, accepted: 'stale' })).toBe(true);
  });

  it('knows what lies in the window', () => {
    expect(boxOf({ type: 'MultiLineString', coordinates: [[[3, 4], [1, 9]], [[0, 5], [2, 2]]] })).toEqual([0, 2, 3, 9]);
    expect(boxOf({ type: 'Point', coordinates: [3, 4] })).toEqual([3, 4, 3, 4]);
    expect(boxOf(null)).toBeNull();
    expect(matches(finding(), { ...ANYTHING, box: [9, 4, 20, 20] })).toBe(true);
    expect(matches(finding(), { ...ANYTHING, box: [11, 4, 20, 20] })).toBe(false);
    expect(matches(finding({ geometry: null }), { ...ANYTHING, box: [0, 0, 20, 20] })).toBe(false);
  });

  it('offers the kinds there are', () => {
    const all = [finding(), finding({ kind: 'cover', kind_zh: '覆土深度' }), finding()];
    expect(choices(all, 'kind').map(({ key, zh, n }) => [key, zh, n])).toEqual([['horizontal_clearance', '水平净距', 2], ['cover', '覆土深度', 1]]);
  });
});

describe('mend', () => {
  const t = words('zh');
  const offset = {
    kind: 'offset', subject: 'R1', value: -0.35, unit: 'm', zh: '右移', en: 'right', moves: true, properties: {},
    geometry: { type: 'LineString', coordinates: [[0, 1.0004], [10, 1]] },
  } as const;
  const depth = { kind: 'depth', subject: 'R1', value: 1.2, unit: 'm', zh: '加深', en: 'deeper', moves: false, properties: { cover_m: 1.2 } } as const;
  const shape: DraftShape = { mode: 'draw', parts: partsOf({ type: 'LineString', coordinates: [[0, 0], [10, 0]] }), properties: { utility: 'gas', name: '甲' }, base: null, typed: false };

  it('says what the click does', () => {
    expect(mendWords(offset as never, t, true)).toBe('向右平移 0.35 m');
    expect(mendWords(depth as never, t, true)).toBe('覆土改为 1.20 m');
    expect(mendWords({ ...depth, kind: 'date', value: 12, properties: { start: '2027-01-01' } } as never, t, true)).toBe('工期推后 12 天');
    expect(mendWords({ ...depth, kind: 'ask', value: null, properties: {} } as never, t, true)).toBe('加深');
  });

  it('is offered to the route it changes, and only where a click does it', () => {
    const found = finding({ mend: offset as never });
    expect(mends(found, 'R1')).toBe(true);
    expect(mends(found, 'R2')).toBe(false);
    expect(isDoable({ ...depth, kind: 'expose', properties: {} } as never)).toBe(false);
    expect(mends(finding(), 'R1')).toBe(false);
  });

  it('changes line and attributes at once, to the millimetre', () => {
    expect(mended(shape, offset as never)).toMatchObject({ mode: 'edit', parts: [[[0, 1], [10, 1]]], properties: { utility: 'gas', name: '甲' } });
    expect(mended(shape, depth as never)).toMatchObject({ parts: shape.parts, properties: { cover_m: 1.2, name: '甲' } });
  });

  it('carries the covers of the vertices along when the line moves', () => {
    const covered: DraftShape = { ...shape, properties: { utility: 'gas', covers_m: '0.8 1.2' } };
    expect(mended(covered, offset as never).properties.covers_m).toBe('0.8 1.2');
  });
});

describe('assumed', () => {
  it('hints at the empty fields that the evidence names', () => {
    const found = [finding({ evidence_zh: '表 4.1.9；燃气未给出压力，按次高压A取最严' })];
    const gas: RouteProperties = { utility: 'gas' };
    expect(assumedFields(gas, found)).toEqual({ pressure_mpa: 'assumed_strictest' });
    expect(assumedFields({ ...gas, pressure_mpa: 0.2 }, found)).toEqual({});
    expect(assumedFields(gas, [])).toEqual({});
    const fact = { attribute: 'voltage_kv', taken: 'kv>=35', why_zh: '取最严', why_en: 'the strictest' };
    expect(assumedFields({ utility: 'power' }, [finding({ assumed: [fact] })])).toEqual({ voltage_kv: 'assumed_strictest' });
  });
});
