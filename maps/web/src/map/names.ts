/** What is written on the map: one layer of names for each layer that has any, above everything of the county, none over another. */

import type { FeatureLike } from 'ol/Feature';
import type Geometry from 'ol/geom/Geometry';
import VectorLayer from 'ol/layer/Vector';
import type VectorSource from 'ol/source/Vector';
import { Fill, Stroke, Style, Text } from 'ol/style';
import type { StyleFunction } from 'ol/style/Style';
import type { LayerSymbol, Symbols } from '../api/types';
import { FONT, ROAD_ORDER } from './symbolise';

/** Names of a layer: how, up to how many metres a pixel, and how weighty; of two that meet the weightier stays. */
interface Names {
  readonly style: StyleFunction;
  readonly maxResolution: number;
  readonly weight: number;
}

/** Height of the map above every layer of the county. */
const NAMES_AT = 100;
/** Metres a pixel up to which the name of a road of each rank is read. */
const ROAD_NAMES = [1.2, 2.5, 6, 10];
/** Pixels from a planned line to its name. */
const BESIDE = -9;

const textOf = (feature: FeatureLike, field: string): string => String(feature.get(field) ?? '').trim();
const numberOf = (feature: FeatureLike, field: string): number => Number(feature.get(field) ?? 0) || 0;
const isArea = (feature: FeatureLike): boolean => (feature.getGeometry() as Geometry).getType().includes('Polygon');

/** Street names: along the carriageway, letter-spaced, larger for larger streets. */
function roads(symbols: Symbols): StyleFunction {
  return (feature, resolution) => {
    const rank = Math.max(0, ROAD_ORDER.indexOf(String(feature.get('class') ?? 'local')));
    const name = textOf(feature, 'name');
    if (!name || resolution > ROAD_NAMES[rank]!) return undefined;
    const large = rank >= 2;
    return new Style({
      text: new Text({
        text: [...name].join('\u200a\u200a'),
        font: `${large ? 500 : 400} ${large ? 13 : 12}px ${FONT}`,
        ...(isArea(feature) ? {} : { placement: 'line' as const, repeat: 420, maxAngle: 0.6 }),
        fill: new Fill({ color: large ? '#5b4a22' : '#6b645a' }),
        stroke: new Stroke({ color: symbols.paper, width: 3 }),
        overflow: false,
      }),
    });
  };
}

/** A code such as `JS DN200`, as drawings name lines. */
function codeOf(feature: FeatureLike, symbols: Symbols): string {
  const sizes: [string, (value: number) => string][] = [['diameter_mm', (mm) => `DN${mm}`], ['voltage_kv', (kv) => `${kv}kV`], ['pressure_mpa', (mpa) => `${mpa}MPa`]];
  const stated = sizes.filter(([field]) => numberOf(feature, field) > 0).map(([field, say]) => say(numberOf(feature, field)));
  return [symbols.utilities[textOf(feature, 'utility')]?.code ?? '', ...stated].filter(Boolean).join(' ');
}

function lines(symbols: Symbols, planned: boolean): StyleFunction {
  return (feature) => {
    if (feature.get('hidden')) return undefined;
    const said = [planned ? String(feature.getId() ?? '') : '', codeOf(feature, symbols)].filter(Boolean).join(' ');
    const color = symbols.utilities[textOf(feature, 'utility')]?.screen ?? symbols.ink;
    return new Style({
      text: new Text({
        text: said,
        font: `${planned ? 600 : 400} ${planned ? 12 : 11}px ${FONT}`,
        placement: 'line',
        repeat: planned ? 380 : 300,
        maxAngle: 0.3,
        offsetY: planned ? BESIDE : 0,
        fill: new Fill({ color }),
        stroke: new Stroke({ color: planned ? '#ffffff' : symbols.paper, width: 3 }),
      }),
    });
  };
}

/** The name of an area, where it has room inside; houses with their floors. */
function areas(color: string, size: number, fields: readonly [string, (value: string) => string][]): StyleFunction {
  return (feature) => {
    const said = fields.map(([field, say]) => [textOf(feature, field), say] as const).filter(([value]) => value !== '').map(([value, say]) => say(value)).join(' ');
    if (!said) return undefined;
    return new Style({ text: new Text({ text: said, font: `400 ${size}px ${FONT}`, fill: new Fill({ color }), stroke: new Stroke({ color: '#ffffffb0', width: 2.5 }), overflow: false }) });
  };
}

function sites(symbol: LayerSymbol, symbols: Symbols): StyleFunction {
  return (feature) => {
    const name = textOf(feature, 'name');
    if (!name) return undefined;
    return new Style({ text: new Text({ text: name, font: `500 12px ${FONT}`, overflow: true, fill: new Fill({ color: symbol.stroke ?? symbols.ink }), stroke: new Stroke({ color: symbols.paper, width: 3.4 }) }) });
  };
}

const asIs = (value: string): string => value;
const floors = (value: string): string => (Number(value) > 0 ? `${value}F` : '');

/** The layer of the names of another layer, the features its own; none where that has no names. */
export function nameLayers(symbol: LayerSymbol, symbols: Symbols, source: VectorSource): VectorLayer[] {
  const names = namesOf(symbol, symbols);
  // Of two names that meet, that of the higher layer stays.
  return names ? [new VectorLayer({ source, style: names.style, maxResolution: names.maxResolution, zIndex: NAMES_AT + names.weight, declutter: 'names', properties: { names: symbol.key } })] : [];
}

function namesOf(symbol: LayerSymbol, symbols: Symbols): Names | null {
  switch (symbol.key) {
    case 'sites':
      return { style: sites(symbol, symbols), maxResolution: 3.5, weight: 7 };
    case 'roads':
      return { style: roads(symbols), maxResolution: ROAD_NAMES.at(-1)!, weight: 6 };
    case 'routes':
      return { style: lines(symbols, true), maxResolution: 0.7, weight: 5 };
    case 'waters':
      return { style: areas('#3f7494', 12, [['name', asIs]]), maxResolution: 6, weight: 4 };
    case 'pipes':
      return { style: lines(symbols, false), maxResolution: 0.3, weight: 3 };
    case 'greens':
      return { style: areas('#5d7d4a', 11, [['name', asIs]]), maxResolution: 0.8, weight: 2 };
    case 'buildings':
      return { style: areas('#6a5f4f', 11, [['name', asIs], ['floors', floors]]), maxResolution: 0.45, weight: 1 };
    case 'parcels':
      return { style: areas('#8a8071', 11, [['name', asIs]]), maxResolution: 0.8, weight: 0 };
    default:
      return null;
  }
}
