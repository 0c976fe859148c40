/** How the county's layers look: one style function a layer, from the symbology of the server. */

import type { FeatureLike } from 'ol/Feature';
import type Geometry from 'ol/geom/Geometry';
import { Circle, Fill, Stroke, Style, Text } from 'ol/style';
import type { StyleFunction } from 'ol/style/Style';
import type { LayerSymbol, Symbols } from '../api/types';

const FONT = '"Noto Sans SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", "WenQuanYi Micro Hei", sans-serif';
const ROAD_ORDER = ['local', 'collector', 'arterial', 'expressway'];
/** Pixels: below these a road is still a line, not a speck. */
const THINNEST_ROAD: Record<string, number> = { expressway: 4, arterial: 3.4, collector: 2.4, local: 1.4 };

type Cache = Map<string, Style>;

function cached(cache: Cache, key: string, make: () => Style): Style {
  let style = cache.get(key);
  if (!style) {
    style = make();
    cache.set(key, style);
  }
  return style;
}

/** Street names: along the carriageway, letter-spaced, larger for larger streets. */
function streetName(feature: FeatureLike, rank: number, resolution: number, symbols: Symbols): Style | null {
  const name = feature.get('name') as string | undefined;
  if (!name || resolution > [1.2, 2.5, 6, 10][rank]!) return null;
  const geometry = feature.getGeometry() as Geometry;
  const polygon = geometry.getType().includes('Polygon');
  return new Style({
    text: new Text({
      text: [...name].join('\u200a\u200a'),
      font: `${rank >= 2 ? 500 : 400} ${rank >= 2 ? 13 : 12}px ${FONT}`,
      ...(polygon ? {} : { placement: 'line' as const, repeat: 420, maxAngle: 0.6 }),
      fill: new Fill({ color: rank >= 2 ? '#5b4a22' : '#6b645a' }),
      stroke: new Stroke({ color: symbols.paper, width: 3 }),
      overflow: false,
    }),
  });
}

/** Carriageways: all casings lie under all surfaces, so that junctions open into each other. */
function roadStyle(symbol: LayerSymbol): StyleFunction {
  const cache: Cache = new Map();
  return (feature, resolution) => {
    const kind = String(feature.get('class') ?? 'local');
    const rank = Math.max(0, ROAD_ORDER.indexOf(kind));
    const look = symbol.classes?.[kind] ?? { fill: symbol.fill ?? '#fff', casing: symbol.stroke ?? '#ccc' };
    const polygon = (feature.getGeometry() as Geometry).getType().includes('Polygon');
    const width = Math.max(THINNEST_ROAD[kind] ?? 1.4, Number(feature.get('width_m') ?? 7) / resolution);
    const key = `${kind}|${polygon ? 'p' : width.toFixed(1)}`;
    const casing = cached(cache, `c${key}`, () => new Style({
      zIndex: rank,
      stroke: new Stroke({ color: look.casing, width: polygon ? 2.4 : width + 1.8, lineCap: 'round', lineJoin: 'round' }),
    }));
    const surface = cached(cache, `s${key}`, () => new Style({
      zIndex: 10 + rank,
      ...(polygon
        ? { fill: new Fill({ color: look.fill }) }
        : { stroke: new Stroke({ color: look.fill, width, lineCap: 'round', lineJoin: 'round' }) }),
    }));
    return [casing, surface];
  };
}

/** Street names alone: their layer lies above the pipes, which would cross them out. */
export function nameStyle(symbols: Symbols): StyleFunction {
  return (feature, resolution) => {
    const rank = Math.max(0, ROAD_ORDER.indexOf(String(feature.get('class') ?? 'local')));
    return streetName(feature, rank, resolution, symbols) ?? undefined;
  };
}

function utilityStyle(symbol: LayerSymbol, symbols: Symbols): StyleFunction {
  const cache: Cache = new Map();
  const planned = symbol.key === 'routes';
  return (feature, resolution) => {
    if (feature.get('hidden')) return undefined;
    const utility = String(feature.get('utility') ?? '');
    const close = resolution < 1;
    const width = symbol.width * (resolution > 4 ? 0.7 : close ? 1.25 : 1);
    return [
      ...(planned ? [cached(cache, `halo${close}${width}`, () => new Style({ stroke: new Stroke({ color: '#fffffff0', width: width + 2.4, lineCap: 'round', lineJoin: 'round' }) }))] : []),
      cached(cache, `${utility}${width}`, () => {
        const known = symbols.utilities[utility];
        const dash = symbol.dash ?? (known?.dash.length ? known.dash : undefined);
        return new Style({
          stroke: new Stroke({
            color: known?.screen ?? symbols.ink,
            width,
            lineCap: dash ? 'butt' : 'round',
            lineJoin: 'round',
            ...(dash ? { lineDash: dash } : {}),
          }),
        });
      }),
    ];
  };
}

function siteStyle(symbol: LayerSymbol, symbols: Symbols): StyleFunction {
  const area = plainStyle(symbol);
  return (feature, resolution) => {
    const name = feature.get('name') as string | undefined;
    const styles = [area(feature, resolution) as Style];
    if (name && resolution < 3.5) {
      styles.push(new Style({
        zIndex: 30,
        text: new Text({
          text: name,
          font: `500 12px ${FONT}`,
          overflow: true,
          fill: new Fill({ color: symbol.stroke ?? symbols.ink }),
          stroke: new Stroke({ color: symbols.paper, width: 3.4 }),
        }),
      }));
    }
    return styles;
  };
}

function plainStyle(symbol: LayerSymbol): StyleFunction {
  const stroke = symbol.stroke
    ? new Stroke({ color: symbol.stroke, width: symbol.width, ...(symbol.dash ? { lineDash: symbol.dash } : {}) })
    : undefined;
  const style = new Style({
    ...(symbol.fill ? { fill: new Fill({ color: symbol.fill }) } : {}),
    ...(stroke ? { stroke } : {}),
  });
  return () => style;
}

/** Crowns to scale, never smaller than a dot. */
function treeStyle(symbol: LayerSymbol): StyleFunction {
  const cache: Cache = new Map();
  return (feature, resolution) => {
    const radius = Math.round(Math.max(1.6, Number(feature.get('crown_m') ?? 3) / 2 / resolution) * 2) / 2;
    return cached(cache, String(radius), () => new Style({
      image: new Circle({
        radius,
        fill: new Fill({ color: `${symbol.fill ?? '#8fb873'}b0` }),
        stroke: new Stroke({ color: symbol.stroke ?? '#6c9a50', width: symbol.width }),
      }),
    }));
  };
}

export function styleOf(symbol: LayerSymbol, symbols: Symbols): StyleFunction {
  if (symbol.key === 'roads') return roadStyle(symbol);
  if (symbol.key === 'sites') return siteStyle(symbol, symbols);
  if (symbol.by === 'utility') return utilityStyle(symbol, symbols);
  if (symbol.geometry === 'point') return treeStyle(symbol);
  return plainStyle(symbol);
}

export { FONT };
