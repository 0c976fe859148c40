/** How the county's layers look: one style function a layer, from the symbology of the server. */

import type Geometry from 'ol/geom/Geometry';
import { Circle, Fill, Stroke, Style } from 'ol/style';
import type { StyleFunction } from 'ol/style/Style';
import type { LayerSymbol, Symbols } from '../api/types';

export const FONT = '"Noto Sans SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", "WenQuanYi Micro Hei", sans-serif';
export const ROAD_ORDER = ['local', 'collector', 'arterial', 'expressway'];
/** Pixels: below these a road is still a line, not a speck. */
const THINNEST_ROAD: Record<string, number> = { expressway: 4, arterial: 3.4, collector: 2.4, local: 1.4 };

/** Metres a pixel: from here on a house is drawn as on paper, hatched, and a road with its axis. */
const NEAR = 0.45;
/** Metres a pixel beyond which pipes in the ground would be a weave of dashes. */
const FAR_FOR_DASHES = 0.9;
const HATCH_PX = 8;

type Cache = Map<string, Style>;

function cached(cache: Cache, key: string, make: () => Style): Style {
  let style = cache.get(key);
  if (!style) {
    style = make();
    cache.set(key, style);
  }
  return style;
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
    if (polygon || resolution > NEAR) return [casing, surface];
    return [casing, surface, cached(cache, 'axis', () => new Style({ zIndex: 20, stroke: new Stroke({ color: '#b3aa98', width: 1, lineDash: [14, 4, 3, 4] }) }))];
  };
}

function utilityStyle(symbol: LayerSymbol, symbols: Symbols): StyleFunction {
  const cache: Cache = new Map();
  const planned = symbol.key === 'routes';
  return (feature, resolution) => {
    if (feature.get('hidden')) return undefined;
    const utility = String(feature.get('utility') ?? '');
    const close = resolution < 1;
    const woven = !planned && resolution > FAR_FOR_DASHES;
    const width = symbol.width * (woven ? 0.6 : resolution > 4 ? 0.7 : close ? 1.25 : 1);
    return [
      ...(planned ? [cached(cache, `halo${close}${width}`, () => new Style({ stroke: new Stroke({ color: '#fffffff0', width: width + 2.4, lineCap: 'round', lineJoin: 'round' }) }))] : []),
      cached(cache, `${utility}${width}`, () => {
        const known = symbols.utilities[utility];
        const dash = woven ? undefined : symbol.dash ?? (known?.dash.length ? known.dash : undefined);
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

/** Slanting lines that repeat without a seam. */
function hatch(color: string, ground: string): CanvasPattern | string {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = HATCH_PX;
  const context = canvas.getContext('2d');
  if (!context) return ground;
  context.fillStyle = ground;
  context.fillRect(0, 0, HATCH_PX, HATCH_PX);
  context.strokeStyle = color;
  context.beginPath();
  for (const shift of [-HATCH_PX, 0, HATCH_PX]) {
    context.moveTo(shift - 1, HATCH_PX + 1);
    context.lineTo(shift + HATCH_PX + 1, -1);
  }
  context.stroke();
  return context.createPattern(canvas, 'repeat') ?? ground;
}

/** From afar a tint, from near as on paper: outlined and hatched. */
function buildingStyle(symbol: LayerSymbol): StyleFunction {
  const far = plainStyle(symbol);
  const [line, ground] = ['#cdbfa8', '#f1ebe0'];
  const near = new Style({ fill: new Fill({ color: hatch(line, ground) }), stroke: new Stroke({ color: '#8d8070', width: 1 }) });
  return (feature, resolution) => (resolution > NEAR ? far(feature, resolution) : near);
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
  if (symbol.key === 'buildings') return buildingStyle(symbol);
  if (symbol.by === 'utility') return utilityStyle(symbol, symbols);
  if (symbol.geometry === 'point') return treeStyle(symbol);
  return plainStyle(symbol);
}
