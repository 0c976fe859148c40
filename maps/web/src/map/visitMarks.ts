/** A visit on the map: the way of each day, the stops by their numbers, where one starts and ends, what is seen at a stop. */

import Feature from 'ol/Feature';
import GeoJSON from 'ol/format/GeoJSON';
import type OlGeometry from 'ol/geom/Geometry';
import LineString from 'ol/geom/LineString';
import PointGeometry from 'ol/geom/Point';
import VectorLayer from 'ol/layer/Vector';
import type Map from 'ol/Map';
import VectorSource from 'ol/source/Vector';
import { Circle, Fill, RegularShape, Stroke, Style, Text } from 'ol/style';
import type { Geometry, Symbols } from '../api/types';
import type { Point } from '../geometry/points';
import { FONT } from './symbolise';

const reader = new GeoJSON();
const INK = '#1f2933';
/** Pixels around the middle of a disc that count as a hit; a finger needs as many. */
const REACH_PX = 18;
const RADIUS = 12;
const DIGIT_PX = 3;

export interface StopMark {
  readonly id: string;
  readonly number: number;
  readonly place: Point;
  readonly colour: string;
  /** What is seen there, with its number. */
  readonly items: readonly { readonly number: string; readonly place: Point; readonly colour: string }[];
}

export interface Way {
  readonly line: Geometry;
  /** Reckoned along a straight line, since no road is known. */
  readonly assumed: boolean;
}

export interface VisitOnMap {
  readonly stops: readonly StopMark[];
  readonly ways: readonly Way[];
  /** Where one starts and ends, and places that were added but are no stop yet. */
  readonly ends: readonly { readonly text: string; readonly place: Point }[];
}

const line = (color: string, width: number, lineDash?: number[]): Style => new Style({ stroke: new Stroke({ color, width, lineCap: lineDash ? 'butt' : 'round', lineJoin: 'round', ...(lineDash ? { lineDash } : {}) }) });
const CASING = line('#ffffff', 7);

function disc({ number, colour }: StopMark): Style {
  const text = String(number);
  return new Style({
    image: new Circle({ radius: RADIUS + DIGIT_PX * Math.max(0, text.length - 2), fill: new Fill({ color: colour }), stroke: new Stroke({ color: '#ffffff', width: 2 }) }),
    text: new Text({ text, font: `700 13px ${FONT}`, offsetY: 1, fill: new Fill({ color: '#ffffff' }) }),
  });
}

function end(text: string, colour: string): Style {
  return new Style({
    image: new RegularShape({ points: 4, radius: 15, angle: Math.PI / 4, fill: new Fill({ color: '#ffffff' }), stroke: new Stroke({ color: colour, width: 2.5 }) }),
    text: new Text({ text, font: `700 12px ${FONT}`, offsetY: 1, fill: new Fill({ color: colour }) }),
  });
}

function seen(text: string, colour: string): Style {
  return new Style({
    image: new Circle({ radius: 4.5, fill: new Fill({ color: '#ffffff' }), stroke: new Stroke({ color: colour, width: 2.5 }) }),
    text: new Text({ text, font: `600 11px ${FONT}`, offsetY: -13, fill: new Fill({ color: INK }), stroke: new Stroke({ color: '#ffffff', width: 3 }) }),
  });
}

export class VisitMarks {
  readonly #colour: string;
  readonly #ways: VectorLayer;
  readonly #items: VectorLayer = new VectorLayer({ source: new VectorSource(), zIndex: 130, updateWhileAnimating: true, updateWhileInteracting: true });
  readonly #stops: VectorLayer = new VectorLayer({ source: new VectorSource(), zIndex: 131, updateWhileAnimating: true, updateWhileInteracting: true });
  readonly #lit: VectorLayer = new VectorLayer({
    source: new VectorSource(),
    zIndex: 132,
    style: [new Style({ image: new Circle({ radius: RADIUS + 6, stroke: new Stroke({ color: '#ffffff', width: 6 }) }) }), new Style({ image: new Circle({ radius: RADIUS + 6, stroke: new Stroke({ color: INK, width: 3 }) }) })],
    updateWhileAnimating: true,
    updateWhileInteracting: true,
  });
  #shown: readonly StopMark[] = [];

  constructor(symbols: Symbols) {
    this.#colour = symbols.visit ?? INK;
    const known = [CASING, line(this.#colour, 3.5)];
    const assumed = [CASING, line(this.#colour, 3.5, [9, 6])];
    this.#ways = new VectorLayer({ source: new VectorSource(), zIndex: 113, style: (feature) => (feature.get('assumed') ? assumed : known), updateWhileAnimating: true, updateWhileInteracting: true });
  }

  get layers(): VectorLayer[] {
    return [this.#ways, this.#items, this.#stops, this.#lit];
  }

  show({ stops, ways, ends }: VisitOnMap): void {
    this.#shown = stops;
    const [lines, discs] = [this.#ways.getSource()!, this.#stops.getSource()!];
    lines.clear(true);
    discs.clear(true);
    lines.addFeatures(ways.map(({ line: way, assumed }) => new Feature({ geometry: reader.readGeometry(way) as OlGeometry, assumed })));
    for (const { text, place } of ends) discs.addFeature(styled(place, end(text, this.#colour)));
    // The first is drawn last, on top of others in the same place.
    for (const stop of [...stops].reverse()) discs.addFeature(styled(stop.place, disc(stop)));
  }

  /** Ring one stop, and show what is seen there, each thing tied to it. */
  light(id: string | null): void {
    const [rings, items] = [this.#lit.getSource()!, this.#items.getSource()!];
    rings.clear(true);
    items.clear(true);
    const stop = this.#shown.find((one) => one.id === id);
    if (!stop) return;
    rings.addFeature(new Feature(new PointGeometry([...stop.place])));
    for (const { number, place, colour } of stop.items) {
      const tie = new Feature(new LineString([[...stop.place], [...place]]));
      tie.setStyle(new Style({ stroke: new Stroke({ color: INK, width: 1.2, lineDash: [4, 3] }) }));
      items.addFeatures([tie, styled(place, seen(number, colour))]);
    }
  }

  /** The id of the stop whose disc is under a pixel, the nearest; null where there is none. */
  at(map: Map, pixel: number[]): string | null {
    let [found, nearest]: [string | null, number] = [null, REACH_PX];
    for (const { id, place } of this.#shown) {
      const [x, y] = map.getPixelFromCoordinate([...place]) ?? [Infinity, Infinity];
      const away = Math.hypot(x! - pixel[0]!, y! - pixel[1]!);
      if (away < nearest) [found, nearest] = [id, away];
    }
    return found;
  }
}

function styled(place: Point, style: Style): Feature {
  const feature = new Feature(new PointGeometry([...place]));
  feature.setStyle(style);
  return feature;
}
