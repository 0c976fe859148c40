import Feature from 'ol/Feature';
import { LineString, Polygon } from 'ol/geom';
import VectorSource from 'ol/source/Vector';
import type { Style } from 'ol/style';
import { describe, expect, it } from 'vitest';
import type { LayerSymbol, Symbols } from '../src/api/types';
import { nameLayers } from '../src/map/names';
import { TILES_FROM } from '../src/map/tiles';
import symbols from '../../symbols.json';

const KNOWN = symbols as unknown as Symbols;
const layer = (key: string): LayerSymbol => KNOWN.layers.find((one) => one.key === key)!;

function said(key: string, properties: Record<string, unknown>, resolution = 0.2): string | undefined {
  const area = ['buildings', 'greens', 'waters', 'parcels', 'sites'].includes(key);
  const geometry = area ? new Polygon([[[0, 0], [9, 0], [9, 9], [0, 0]]]) : new LineString([[0, 0], [90, 0]]);
  const feature = new Feature({ geometry, ...properties });
  feature.setId('R1');
  const [names] = nameLayers(layer(key), KNOWN, new VectorSource());
  const style = names?.getStyleFunction()?.(feature, resolution) as Style | undefined;
  return style?.getText()?.getText() as string | undefined;
}

describe('what is written on the map', () => {
  it('names lines as drawings do', () => {
    expect(said('pipes', { utility: 'water', diameter_mm: 200 })).toBe('JS DN200');
    expect(said('pipes', { utility: 'power', voltage_kv: 10, diameter_mm: null })).toBe('DL 10kV');
    expect(said('pipes', { utility: 'unheard of' })).toBeUndefined();
    expect(said('routes', { utility: 'gas', pressure_mpa: 0.2 })).toBe('R1 RQ 0.2MPa');
    expect(said('routes', { utility: 'gas', hidden: true })).toBeUndefined();
  });

  it('tells floors of houses and names of areas, and nothing of those without', () => {
    expect(said('buildings', { name: '教学楼', floors: 5 })).toBe('教学楼 5F');
    expect(said('buildings', { name: null, floors: 0 })).toBeUndefined();
    expect(said('buildings', {})).toBeUndefined();
    expect(said('waters', { name: '湍河' })).toBe('湍河');
  });

  it('names no ordinary street in tiles: where very many are seen, their names made dragging slow', () => {
    expect(said('roads', { name: '工业路', class: 'collector' }, TILES_FROM)).toBeDefined();
    for (const kind of ['collector', 'local', 'of no kind']) expect(said('roads', { name: '工业路', class: kind }, TILES_FROM * 1.01)).toBeUndefined();
  });

  it('names large roads from afar and small ones from near', () => {
    const bare = (text: string | undefined): string | undefined => text?.replaceAll('\u200a', '');
    expect(bare(said('roads', { name: '县前大街', class: 'arterial' }, 5))).toBe('县前大街');
    expect(said('roads', { name: '水井巷', class: 'local' }, 5)).toBeUndefined();
    expect(bare(said('roads', { name: '水井巷', class: 'local' }, 1))).toBe('水井巷');
  });

  it('lets the weightier of two layers keep its name', () => {
    const heights = KNOWN.layers.flatMap((one) => nameLayers(one, KNOWN, new VectorSource())).map((one) => one.getZIndex()!);
    expect(new Set(heights).size).toBe(heights.length);
    const at = (key: string): number => nameLayers(layer(key), KNOWN, new VectorSource())[0]!.getZIndex()!;
    expect(at('sites')).toBeGreaterThan(at('roads'));
    expect(at('roads')).toBeGreaterThan(at('pipes'));
    expect(at('pipes')).toBeGreaterThan(at('buildings'));
  });
});
