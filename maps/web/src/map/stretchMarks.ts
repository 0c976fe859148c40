/** The line of a case that is looked at, and a tag on each stretch of it that was counted. */

import Feature from 'ol/Feature';
import GeoJSON from 'ol/format/GeoJSON';
import type OlGeometry from 'ol/geom/Geometry';
import type PointGeometry from 'ol/geom/Point';
import VectorLayer from 'ol/layer/Vector';
import type Map from 'ol/Map';
import VectorSource from 'ol/source/Vector';
import { Fill, Stroke, Style, Text } from 'ol/style';
import type { Geometry } from '../api/types';
import { middle } from './findingMarks';
import { FONT } from './symbolise';

const reader = new GeoJSON();
const INK = '#1f2933';
/** Pixels that a tag stands above its stretch. */
const RAISED = 20;
/** Pixels around the middle of a tag that count as a hit: its half width and half height. */
const REACH = [38, 13] as const;

export interface Stretch {
  readonly geometry: Geometry | null;
  readonly colour: string;
  readonly text: string;
}

const shapeOf = (geometry: Geometry | null): OlGeometry | null => (geometry ? (reader.readGeometry(geometry) as OlGeometry) : null);

export class StretchMarks {
  readonly #lines: VectorLayer = new VectorLayer({ source: new VectorSource(), zIndex: 115 });
  readonly #tags: VectorLayer = new VectorLayer({ source: new VectorSource(), zIndex: 128, declutter: 'stretches' });
  #chosen: number | null = null;

  constructor() {
    this.#tags.setStyle((feature) => this.#tag(feature.get('stretch') as Stretch, feature.get('index') === this.#chosen));
  }

  get layers(): VectorLayer[] {
    return [this.#lines, this.#tags];
  }

  show(line: Geometry | null, colour: string, stretches: readonly Stretch[]): void {
    const [lines, tags] = [this.#lines.getSource()!, this.#tags.getSource()!];
    lines.clear(true);
    tags.clear(true);
    const shape = shapeOf(line);
    if (!shape) return;
    const drawn = new Feature(shape);
    drawn.setStyle([new Style({ stroke: new Stroke({ color: '#ffffff', width: 10 }) }), new Style({ stroke: new Stroke({ color: colour, width: 5 }) })]);
    lines.addFeature(drawn);
    stretches.forEach((stretch, index) => {
      const place = shapeOf(stretch.geometry);
      if (place) tags.addFeature(new Feature({ geometry: middle(place), stretch, index }));
    });
  }

  choose(index: number | null): void {
    this.#chosen = index;
    this.#tags.changed();
  }

  #tag({ text, colour }: Stretch, chosen: boolean): Style {
    return new Style({
      // The chosen one is drawn even where its neighbours would hide it.
      zIndex: chosen ? 1 : 0,
      text: new Text({
        text,
        font: `600 12px ${FONT}`,
        offsetY: -RAISED,
        padding: [4, 6, 2, 6],
        overflow: true,
        declutterMode: chosen ? 'obstacle' : 'declutter',
        fill: new Fill({ color: chosen ? '#ffffff' : INK }),
        backgroundFill: new Fill({ color: chosen ? INK : '#ffffff' }),
        backgroundStroke: new Stroke({ color: colour, width: 2 }),
      }),
    });
  }

  /** The place in the answer of the stretch whose tag is under a pixel, the nearest; null where there is none. */
  at(map: Map, pixel: number[]): number | null {
    let [found, nearest]: [number | null, number] = [null, Infinity];
    for (const feature of this.#tags.getSource()!.getFeatures()) {
      const [x, y] = map.getPixelFromCoordinate((feature.getGeometry() as PointGeometry).getCoordinates()) ?? [Infinity, Infinity];
      const [across, up] = [Math.abs(x! - pixel[0]!), Math.abs(y! - RAISED - pixel[1]!)];
      if (across > REACH[0] || up > REACH[1] || across + up >= nearest) continue;
      [found, nearest] = [feature.get('index') as number, across + up];
    }
    return found;
  }
}
