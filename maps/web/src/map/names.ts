/** What is written on the map: one layer of names for each layer that has any, above everything of the county, none over another. */

import type { FeatureLike } from 'ol/Feature';
import type Geometry from 'ol/geom/Geometry';
import VectorLayer from 'ol/layer/Vector';
import type VectorTileLayer from 'ol/layer/VectorTile';
import type VectorSource from 'ol/source/Vector';
import { Fill, Stroke, Style, Text } from 'ol/style';
import type { StyleFunction } from 'ol/style/Style';
import type { Options } from 'ol/style/Text';
import type { LayerSymbol, Symbols } from '../api/types';
import { FONT, ROAD_ORDER } from './symbolise';
import { TILES_FROM, type Look as TileLook, type Tiles } from './tiles';

/** Height of the map above every layer of the county. */
const NAMES_AT = 100;
/** Pixels from a planned line to its name. */
const BESIDE = -9;
const LARGE_ROAD = 2;

type Look = NonNullable<LayerSymbol['names']>;
/** What is written on a feature, and how otherwise than usual; null: nothing. */
type Said = (feature: FeatureLike, resolution: number) => { readonly text: string; readonly how?: Options } | null;

const textOf = (feature: FeatureLike, field: string): string => String(feature.get(field) ?? '').trim();
const numberOf = (feature: FeatureLike, field: string): number => Number(feature.get(field) ?? 0) || 0;
const isArea = (feature: FeatureLike): boolean => (feature.getGeometry() as Geometry).getType().includes('Polygon');

/** Street names: along the carriageway, letter-spaced, larger for larger streets. */
const roadName = (symbol: LayerSymbol): Said => (feature, resolution) => {
  const kind = String(feature.get('class') ?? 'local');
  const rank = Math.max(0, ROAD_ORDER.indexOf(kind));
  if (resolution > (symbol.classes?.[ROAD_ORDER[rank]!]?.named_to ?? 0)) return null;
  const large = rank >= LARGE_ROAD;
  return {
    text: [...textOf(feature, 'name')].join('\u200a\u200a'),
    how: {
      ...(isArea(feature) ? {} : { placement: 'line', repeat: 420, maxAngle: 0.6 }),
      ...(large ? { font: `500 13px ${FONT}` } : { font: `400 12px ${FONT}`, fill: new Fill({ color: '#6b645a' }) }),
    },
  };
};

/** A code such as `JS DN200`, as drawings name lines. */
function codeOf(feature: FeatureLike, symbols: Symbols): string {
  const sizes: [string, (value: number) => string][] = [['diameter_mm', (mm) => `DN${mm}`], ['voltage_kv', (kv) => `${kv}kV`], ['pressure_mpa', (mpa) => `${mpa}MPa`]];
  const stated = sizes.filter(([field]) => numberOf(feature, field) > 0).map(([field, say]) => say(numberOf(feature, field)));
  return [symbols.utilities[textOf(feature, 'utility')]?.code ?? '', ...stated].filter(Boolean).join(' ');
}

const lineName = (symbols: Symbols, planned: boolean): Said => (feature) => {
  if (feature.get('hidden')) return null;
  const color = symbols.utilities[textOf(feature, 'utility')]?.screen ?? symbols.ink;
  return {
    text: [planned ? String(feature.getId() ?? '') : '', codeOf(feature, symbols)].filter(Boolean).join(' '),
    how: { placement: 'line', repeat: planned ? 380 : 300, maxAngle: 0.3, fill: new Fill({ color }), ...(planned ? { font: `600 12px ${FONT}`, offsetY: BESIDE } : {}) },
  };
};

const buildingName: Said = (feature) => {
  const floors = numberOf(feature, 'floors');
  return { text: [textOf(feature, 'name'), floors > 0 ? `${floors}F` : ''].filter(Boolean).join(' ') };
};

function saidOn(symbol: LayerSymbol, symbols: Symbols): Said {
  if (symbol.key === 'roads') return roadName(symbol);
  if (symbol.by === 'utility') return lineName(symbols, symbol.key === 'routes');
  if (symbol.key === 'buildings') return buildingName;
  // A project is found by its name, so that it may stand out of its ground.
  return (feature) => ({ text: textOf(feature, 'name'), how: { overflow: symbol.key === 'sites' } });
}

/** The layer of the names of another layer, the features its own; none where that has no names. */
export function nameLayers(symbol: LayerSymbol, symbols: Symbols, source: VectorSource): VectorLayer[] {
  return symbol.names ? [new VectorLayer({ ...lookOf(symbol, symbol.names), source, style: nameStyle(symbol, symbols, symbol.names) })] : [];
}

/** The same of a layer that is seen as tiles; none where its names are read from nearer only. */
export function nameLayersInTiles(symbol: LayerSymbol, symbols: Symbols, tiles: Tiles): VectorTileLayer[] {
  const { names } = symbol;
  return names && names.max_resolution > TILES_FROM ? [tiles.layer(symbol, nameStyle(symbol, symbols, names), lookOf(symbol, names))] : [];
}

/** Of two names that meet, that of the higher layer stays. */
const lookOf = ({ key }: LayerSymbol, { max_resolution: maxResolution, weight }: Look): TileLook => ({ maxResolution, zIndex: NAMES_AT + weight, declutter: 'names', properties: { names: key } });

function nameStyle(symbol: LayerSymbol, symbols: Symbols, look: Look): StyleFunction {
  const said = saidOn(symbol, symbols);
  const [fill, stroke] = [new Fill({ color: look.colour }), new Stroke({ color: symbols.paper, width: 3 })];
  return (feature, resolution) => {
    const name = said(feature, resolution);
    return name?.text ? new Style({ text: new Text({ font: `400 ${look.size}px ${FONT}`, fill, stroke, ...name.how, text: name.text }) }) : undefined;
  };
}
