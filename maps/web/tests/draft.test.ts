import { describe, expect, it } from 'vitest';
import type { Feature, RouteProperties } from '../src/api/types';
import { differences, featureOf, isDirty, NOTHING, partsOf, unready, type DraftShape } from '../src/editing/draft';

const saved: Feature<RouteProperties> = {
  type: 'Feature',
  id: 'R1',
  geometry: { type: 'LineString', coordinates: [[0, 0], [10, 0]] },
  properties: { utility: 'water', name: null, revision: 3 },
};
const open: DraftShape = { mode: 'edit', parts: partsOf(saved.geometry), properties: { ...saved.properties }, base: saved, typed: false };

describe('draft', () => {
  it('is clean as it was opened, and dirty after a change', () => {
    expect(isDirty(open)).toBe(false);
    expect(isDirty({ ...open, properties: { ...open.properties, name: '' } })).toBe(false);
    expect(isDirty({ ...open, properties: { ...open.properties, name: '甲' } })).toBe(true);
    expect(isDirty({ ...open, parts: [[[0, 0], [10, 0.001]]] })).toBe(true);
    expect(isDirty(NOTHING)).toBe(false);
  });

  it('sends what is filled, never the revision', () => {
    expect(featureOf(open)).toEqual({ type: 'Feature', id: 'R1', geometry: saved.geometry, properties: { utility: 'water' } });
    expect(featureOf({ ...open, base: null })).not.toHaveProperty('id');
    expect(featureOf({ ...open, parts: [...open.parts, [[5, 5], [6, 6]]] }).geometry?.type).toBe('MultiLineString');
  });

  it('names the attributes that differ', () => {
    expect(differences({ utility: 'gas', operator: '甲' }, { utility: 'water', operator: '甲', revision: 4 })).toEqual(['utility']);
  });

  it('says why it cannot be saved', () => {
    expect(unready({ ...open, parts: [[[0, 0]]] })).toBe('not_saved_short');
    expect(unready({ ...open, properties: { utility: '' } })).toBe('not_saved_utility');
    expect(unready({ ...open, properties: { utility: 'gas', start: '2027-02-01', end: '2027-01-31' } })).toBe('not_saved_dates');
    expect(unready(open)).toBeNull();
  });
});
