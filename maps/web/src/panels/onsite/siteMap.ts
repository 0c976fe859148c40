/** The map of a visit on a phone: what was taken along, exact at every zoom, and what happens on site above it. */

import { buffer, type Extent } from 'ol/extent';
import Feature, { type FeatureLike } from 'ol/Feature';
import GeoJSON from 'ol/format/GeoJSON';
import CircleGeometry from 'ol/geom/Circle';
import LineString from 'ol/geom/LineString';
import PointGeometry from 'ol/geom/Point';
import { defaults as defaultInteractions } from 'ol/interaction/defaults';
import VectorLayer from 'ol/layer/Vector';
import Map from 'ol/Map';
import VectorSource from 'ol/source/Vector';
import { Circle, Fill, RegularShape, Stroke, Style, Text } from 'ol/style';
import View from 'ol/View';
import type { PlacedFinding, VisitStop } from '../../api/types';
import { LOOKS } from '../../findings/looks';
import { boundsOf, type Line, type Point } from '../../geometry/points';
import { middle } from '../../map/findingMarks';
import { registerGrid } from '../../map/grid';
import { nameLayers } from '../../map/names';
import { FONT, styleOf } from '../../map/symbolise';
import { ZoomSteps } from '../../map/zoomSteps';
import type { Fix } from '../../onsite/gnss';
import type { SiteLine } from '../../onsite/lines';
import type { Pack, PackLayers } from '../../onsite/shapes';

const FINEST = 0.01;
const COARSEST = 60;
const CLOSEST_FIT = 0.1;
/** Pixels from the middle of a stop within which a fingertip means it. */
const REACH_PX = 37;
const [INK, PAPER, DONE, BEGUN, OPEN, HERE, TARGET, DRAWN] = ['#111827', '#ffffff', '#14662f', '#8a5a00', '#0f5366', '#1257c4', '#c2185b', '#7b1fa2'] as const;

const reader = new GeoJSON();
const stroke = (color: string, width: number, lineDash?: number[]): Stroke =>
  new Stroke({ color, width, lineCap: lineDash ? 'butt' : 'round', lineJoin: 'round', ...(lineDash ? { lineDash } : {}) });
const lineOf = (points: readonly Point[]): LineString => new LineString(points.map(([x, y]) => [x, y]));
const cased = (color: string, width: number, dash?: number[]): Style[] => [new Style({ stroke: stroke(PAPER, width + 4) }), new Style({ stroke: stroke(color, width, dash) })];

function stopStyle(feature: FeatureLike): Style[] {
  const [number, done, of, lit] = [feature.get('number'), feature.get('done'), feature.get('of'), feature.get('lit')] as [number, number, number, boolean];
  const fill = done >= of && of > 0 ? DONE : done > 0 ? BEGUN : OPEN;
  return [
    new Style({ zIndex: lit ? 9 : 5, image: new Circle({ radius: lit ? 19 : 15, fill: new Fill({ color: fill }), stroke: stroke(lit ? TARGET : PAPER, lit ? 5 : 3) }), text: new Text({ text: String(number), font: `700 15px ${FONT}`, fill: new Fill({ color: PAPER }) }) }),
  ];
}

function vertexStyle(measured: boolean, chosen: boolean): Style {
  const fill = chosen ? '#ffd43b' : measured ? DRAWN : PAPER;
  return new Style({ zIndex: chosen ? 8 : 6, image: new RegularShape({ points: 4, angle: Math.PI / 4, radius: chosen ? 11 : 8, fill: new Fill({ color: fill }), stroke: stroke(chosen ? INK : DRAWN, 2.5) }) });
}

export class SiteMap {
  readonly map: Map;
  readonly #zoom = new ZoomSteps();
  #stops = new VectorSource<Feature<PointGeometry>>();
  #here = new VectorSource();
  #aim = new VectorSource();
  #measured = new VectorSource();
  #drawn = new VectorSource();
  #home: Extent;

  constructor(target: HTMLElement, pack: Pack, layers: PackLayers, picked: (stop: string) => void) {
    const { projection } = registerGrid(pack.county.grid);
    const places = pack.visit.stops.map(({ place }) => place);
    this.#home = boundsOf([places]) ?? pack.county.bbox_grid ?? [0, 0, 1, 1];
    const above = (source: VectorSource, zIndex: number, style?: (feature: FeatureLike) => Style | Style[]): VectorLayer =>
      new VectorLayer({ source, zIndex, updateWhileAnimating: true, updateWhileInteracting: true, ...(style ? { style } : {}) });
    this.map = new Map({
      target,
      controls: [],
      interactions: defaultInteractions({ onFocusOnly: false, pinchRotate: false, altShiftDragRotate: false }),
      layers: [
        ...this.#county(pack, layers),
        this.#findings(layers.findings),
        this.#ways(pack),
        above(this.#stops, 125, stopStyle),
        above(this.#measured, 130),
        above(this.#drawn, 140),
        above(this.#aim, 150),
        above(this.#here, 170),
      ],
      view: new View({ projection, extent: buffer(this.#home, 20_000), constrainOnlyCenter: true, minResolution: FINEST, maxResolution: COARSEST, center: [(this.#home[0]! + this.#home[2]!) / 2, (this.#home[1]! + this.#home[3]!) / 2], resolution: 1 }),
    });
    this.map.on('singleclick', ({ coordinate: [x, y] }) => {
      const stop = this.#stops.getClosestFeatureToCoordinate([x!, y!]);
      const [east, north] = stop?.getGeometry()?.getCoordinates() ?? [Infinity, Infinity];
      if (Math.hypot(east! - x!, north! - y!) <= REACH_PX * (this.map.getView().getResolution() ?? 1)) picked(stop!.get('stop') as string);
    });
  }

  #county({ symbols }: Pack, { features }: PackLayers): VectorLayer[] {
    return symbols.layers.flatMap((symbol, order) => {
      const source = new VectorSource();
      source.addFeatures((features[symbol.key] ?? []).map((json) => reader.readFeature(json) as Feature));
      const layer = new VectorLayer({ source, style: styleOf(symbol, symbols), zIndex: order * 10, opacity: symbol.opacity ?? 1, ...(symbol.max_resolution ? { maxResolution: symbol.max_resolution } : {}), updateWhileInteracting: true });
      return [layer, ...nameLayers(symbol, symbols, source)];
    });
  }

  #findings(findings: readonly PlacedFinding[]): VectorLayer {
    const features = findings.flatMap((finding) => {
      const shape = finding.geometry && reader.readGeometry(finding.geometry);
      if (!shape) return [];
      const { fill, edge } = LOOKS[finding.severity];
      const feature = new Feature(middle(shape));
      feature.setStyle(new Style({ image: new RegularShape({ points: 3, radius: 8, fill: new Fill({ color: fill }), stroke: stroke(edge, 1.5) }) }));
      return [feature];
    });
    return new VectorLayer({ source: new VectorSource({ features }), zIndex: 112, maxResolution: 1.5 });
  }

  #ways({ visit, symbols }: Pack): VectorLayer {
    const lines = visit.days.flatMap(({ ways }) => ways).flatMap((way) => (way && reader.readGeometry(way)) ?? []).map((shape) => new Feature(shape));
    return new VectorLayer({ source: new VectorSource({ features: lines }), zIndex: 120, style: cased(symbols.visit ?? INK, 3.5, [2, 9]) });
  }

  stops(stops: readonly (VisitStop & { readonly done: number })[], lit: string | null): void {
    this.#stops.clear(true);
    this.#stops.addFeatures(stops.map(({ id, number, place, items, done }) => new Feature({ geometry: new PointGeometry([...place]), stop: id, number, done, of: items.length, lit: id === lit })));
  }

  /** Where the device is: the circle holds the true place 95 times of 100. */
  here(fix: Fix | null, stale: boolean): void {
    this.#here.clear(true);
    if (!fix) return;
    const colour = stale ? '#6b7280' : HERE;
    const circle = new Feature(new CircleGeometry([...fix.at], fix.accuracyM));
    circle.setStyle(new Style({ fill: new Fill({ color: `${colour}26` }), stroke: stroke(colour, 1.5) }));
    const dot = new Feature(new PointGeometry([...fix.at]));
    dot.setStyle(new Style({ image: new Circle({ radius: 8, fill: new Fill({ color: colour }), stroke: stroke(PAPER, 3) }) }));
    this.#here.addFeatures([circle, dot]);
  }

  /** What is staked out, the line it lies on, and the way there. */
  aim(target: Point | null, from: Point | null, line: readonly Line[]): void {
    this.#aim.clear(true);
    if (!target) return;
    const lines = line.map((part) => new Feature(lineOf(part)));
    for (const one of lines) one.setStyle(cased(TARGET, 3));
    const mark = new Feature(new PointGeometry([...target]));
    mark.setStyle([new Style({ image: new Circle({ radius: 12, stroke: stroke(PAPER, 6) }) }), new Style({ image: new Circle({ radius: 12, stroke: stroke(TARGET, 3) }) }), new Style({ image: new RegularShape({ points: 4, radius: 18, radius2: 0, stroke: stroke(TARGET, 2.5) }) })]);
    const way = from ? [new Feature(lineOf([from, target]))] : [];
    for (const one of way) one.setStyle(cased(TARGET, 2, [8, 7]));
    this.#aim.addFeatures([...lines, ...way, mark]);
  }

  measured(points: readonly Point[]): void {
    this.#measured.clear(true);
    if (points.length === 0) return;
    const line = new Feature(lineOf(points));
    line.setStyle(cased(INK, 3));
    const dots = points.map((point) => new Feature(new PointGeometry([...point])));
    for (const dot of dots) dot.setStyle(new Style({ image: new Circle({ radius: 6, fill: new Fill({ color: PAPER }), stroke: stroke(INK, 3) }) }));
    this.#measured.addFeatures([line, ...dots]);
  }

  drawn(line: SiteLine, chosen: { readonly part: number; readonly index: number } | null): void {
    this.#drawn.clear(true);
    for (const [p, part] of line.entries()) {
      const feature = new Feature(lineOf(part.map(({ at }) => at)));
      feature.setStyle(cased(DRAWN, 4));
      if (part.length > 1) this.#drawn.addFeature(feature);
      for (const [index, { at, takenAt }] of part.entries()) {
        const vertex = new Feature(new PointGeometry([...at]));
        vertex.setStyle(vertexStyle(takenAt !== null, chosen?.part === p && chosen.index === index));
        this.#drawn.addFeature(vertex);
      }
    }
  }

  home(): void {
    this.map.getView().fit(buffer(this.#home, 30), { padding: [50, 70, 30, 30], minResolution: CLOSEST_FIT });
  }

  goTo(place: Point, resolution = 0.25): void {
    const view = this.map.getView();
    view.animate({ center: [...place], resolution: Math.min(resolution, view.getResolution() ?? resolution), duration: 250 });
  }

  /** The place under the cross in the middle of what is seen. */
  centre(): Point {
    const [x = 0, y = 0] = this.map.getView().getCenter() ?? [];
    return [x, y];
  }

  zoomBy(steps: number): void {
    this.#zoom.by(this.map.getView(), steps);
  }

  dispose(): void {
    this.map.setTarget(undefined);
    this.map.dispose();
  }
}
