/** Findings on the map: the county's as symbols that gather when far away, the draft's as numbered pins, one of them lit. */

import { buffer, createEmpty, extend, type Extent } from 'ol/extent';
import Feature, { type FeatureLike } from 'ol/Feature';
import GeoJSON from 'ol/format/GeoJSON';
import type OlGeometry from 'ol/geom/Geometry';
import LineString from 'ol/geom/LineString';
import PointGeometry from 'ol/geom/Point';
import VectorLayer from 'ol/layer/Vector';
import type Map from 'ol/Map';
import Cluster from 'ol/source/Cluster';
import VectorSource from 'ol/source/Vector';
import { Circle, Fill, Stroke, Style, Text } from 'ol/style';
import type { PlacedFinding, Severity } from '../api/types';
import { LOOKS, SETTLED, type Look } from '../findings/looks';
import { isSettled, SEVERITIES } from '../findings/order';
import { FONT } from './symbolise';

const reader = new GeoJSON();
/** Pixels within which symbols of the county gather into one. */
const GATHER = 46;
const PULSES = 3;
const PULSE_MS = 480;
/** Pixels that the number of a draft's finding stands above its place, so that the vertices stay in sight. */
const RAISED = 19;
/** Pixels around the middle of a symbol that count as a hit; a finger needs as many. */
const REACH_PX = 16;

const shapeOf = (finding: PlacedFinding): OlGeometry | null => (finding.geometry ? (reader.readGeometry(finding.geometry) as OlGeometry) : null);

/** The place of a symbol: the middle of a stretch, the middle of the box of anything else. */
export function middle(shape: OlGeometry): PointGeometry {
  if (shape instanceof PointGeometry) return shape;
  if (shape instanceof LineString) return new PointGeometry(shape.getCoordinateAt(0.5));
  const [west, south, east, north] = shape.getExtent();
  return new PointGeometry([(west! + east!) / 2, (south! + north!) / 2]);
}

const lookOf = (finding: PlacedFinding): Look => (isSettled(finding) ? SETTLED : LOOKS[finding.severity]);

function disc(look: Look, radius: number, text: string, raised = 0): Style {
  return new Style({
    image: new Circle({ radius, fill: new Fill({ color: look.fill }), stroke: new Stroke({ color: look.edge, width: 1.6 }), displacement: [0, raised] }),
    text: new Text({ text, font: `600 11px ${FONT}`, offsetY: 1 - raised, fill: new Fill({ color: look.ink }) }),
  });
}

/** The gravest of several; those that were accepted count as none. */
function gravest(findings: readonly PlacedFinding[]): Look {
  const open = new Set<Severity>(findings.filter((finding) => !isSettled(finding)).map(({ severity }) => severity));
  const found = SEVERITIES.find((severity) => open.has(severity));
  return found ? LOOKS[found] : SETTLED;
}

const membersOf = (feature: FeatureLike): PlacedFinding[] =>
  ((feature.get('features') as Feature[] | undefined) ?? []).map((member) => member.get('finding') as PlacedFinding);

function litStretch(feature: FeatureLike): Style[] {
  const { fill } = lookOf(feature.get('finding') as PlacedFinding);
  const line = (color: string, width: number): Style => new Style({ stroke: new Stroke({ color, width, lineCap: 'round' }) });
  return [line('#ffffff', 24), line('#1f2933', 20), line(fill, 15)];
}

export class FindingMarks {
  #points = new VectorSource();
  #styles = new globalThis.Map<string, Style>();
  readonly countyLayer: VectorLayer = new VectorLayer({
    source: new Cluster({ source: this.#points, distance: GATHER }),
    zIndex: 112,
    visible: false,
    style: (feature) => this.#gathered(feature),
  });
  readonly draftLayer: VectorLayer = new VectorLayer({
    source: new VectorSource(),
    zIndex: 135,
    declutter: 'pins',
    updateWhileAnimating: true,
    updateWhileInteracting: true,
    renderOrder: (one, other) => Number(one.get('number')) - Number(other.get('number')),
  });
  readonly stretchLayer = new VectorLayer({ source: new VectorSource(), updateWhileAnimating: true, updateWhileInteracting: true });
  readonly litStretchLayer = new VectorLayer({ source: new VectorSource(), style: (feature) => litStretch(feature), updateWhileInteracting: true });
  readonly litLayer = new VectorLayer({ source: new VectorSource(), zIndex: 134, style: () => this.#ring(), updateWhileAnimating: true, updateWhileInteracting: true });
  #started = 0;
  #frame = 0;

  get layers(): VectorLayer[] {
    return [this.countyLayer, this.stretchLayer, this.litStretchLayer, this.litLayer, this.draftLayer] as VectorLayer[];
  }

  /** Stretches lie under this height of the map: under the routes and the drawn line, seen on both sides of them. */
  lieUnder(zIndex: number): void {
    this.stretchLayer.setZIndex(zIndex - 2);
    this.litStretchLayer.setZIndex(zIndex - 1);
  }

  county(findings: readonly PlacedFinding[]): void {
    this.#points.clear(true);
    this.#points.addFeatures(
      findings.flatMap((finding) => {
        const shape = shapeOf(finding);
        return shape ? [new Feature({ geometry: middle(shape), finding })] : [];
      }),
    );
  }

  /** The findings of the drawn line, numbered as its list numbers them. */
  draft(findings: readonly PlacedFinding[]): void {
    const [pins, stretches] = [this.draftLayer.getSource()!, this.stretchLayer.getSource()!];
    pins.clear(true);
    stretches.clear(true);
    findings.forEach((finding, i) => {
      const shape = shapeOf(finding);
      if (!shape) return;
      pins.addFeature(this.#pin(finding, shape, i + 1));
      if (!(shape instanceof PointGeometry)) stretches.addFeature(this.#stretch(finding, shape));
    });
  }

  #stretch(finding: PlacedFinding, shape: OlGeometry): Feature {
    const place = new Feature({ geometry: shape });
    place.setStyle(new Style({ zIndex: -SEVERITIES.indexOf(finding.severity), stroke: new Stroke({ color: `${lookOf(finding).fill}99`, width: 16, lineCap: 'butt' }) }));
    return place;
  }

  #pin(finding: PlacedFinding, shape: OlGeometry, number: number): Feature {
    const look = lookOf(finding);
    const pin = new Feature({ geometry: middle(shape), number, finding });
    const dot = new Style({ image: new Circle({ radius: 3.5, fill: new Fill({ color: look.fill }), stroke: new Stroke({ color: look.edge, width: 1.4 }), declutterMode: 'none' }) });
    pin.setStyle([dot, disc(look, 9, String(number), RAISED)]);
    return pin;
  }

  #gathered(feature: FeatureLike): Style {
    const members = membersOf(feature);
    const look = gravest(members);
    const text = members.length > 1 ? String(members.length) : '';
    const key = `${look.fill}${look.edge}${text}`;
    const made = this.#styles.get(key) ?? disc(look, text ? 8 + 2.4 * text.length : 6.5, text);
    this.#styles.set(key, made);
    return made;
  }

  /** Light one finding: where `flash` says so it pulses, then it stays marked until another one or none is lit. */
  light(finding: PlacedFinding | null, flash: boolean): void {
    const [rings, stretches] = [this.litLayer.getSource()!, this.litStretchLayer.getSource()!];
    cancelAnimationFrame(this.#frame);
    rings.clear(true);
    stretches.clear(true);
    const shape = finding && shapeOf(finding);
    this.#started = flash ? performance.now() : -Infinity;
    if (!shape) return;
    rings.addFeature(new Feature(middle(shape)));
    if (!(shape instanceof PointGeometry)) stretches.addFeature(new Feature({ geometry: shape, finding }));
    if (flash && !matchMedia('(prefers-reduced-motion: reduce)').matches) this.#pulse();
  }

  #pulse = (): void => {
    this.litLayer.changed();
    if (performance.now() - this.#started < PULSES * PULSE_MS) this.#frame = requestAnimationFrame(this.#pulse);
  };

  #ring(): Style[] {
    const ring = (radius: number, ink: string, width: number): Style => new Style({ image: new Circle({ radius, stroke: new Stroke({ color: ink, width }) }) });
    const phase = Math.min(PULSES, (performance.now() - this.#started) / PULSE_MS);
    const grown = phase % 1;
    const pulse = phase < PULSES ? [ring(13 + 28 * grown, `rgba(31,41,51,${(1 - grown).toFixed(2)})`, 3.5)] : [];
    return [ring(12, '#ffffff', 6), ring(12, '#1f2933', 3), ...pulse];
  }

  /** The findings of the symbol or pin under a pixel, and the box they take; null where there is none. */
  at(map: Map, pixel: number[]): { findings: readonly PlacedFinding[]; extent: Extent } | null {
    const near = [...this.#near(map, pixel, this.draftLayer, RAISED), ...this.#near(map, pixel, this.countyLayer, 0)];
    const hit = near.sort((one, other) => one.away - other.away)[0]?.feature;
    if (!hit) return null;
    const single = hit.get('finding') as PlacedFinding | undefined;
    if (single) return { findings: [single], extent: hit.getGeometry()!.getExtent() };
    const members = hit.get('features') as Feature[];
    return { findings: membersOf(hit), extent: members.reduce((box, member) => extend(box, member.getGeometry()!.getExtent()), createEmpty()) };
  }

  /** Symbols of a layer within reach of a pixel; by distance, since nothing is drawn here but discs. */
  #near(map: Map, pixel: number[], layer: VectorLayer, raised: number): { feature: Feature; away: number }[] {
    const at = map.getCoordinateFromPixel([pixel[0]!, pixel[1]! + raised]);
    if (!at || !layer.getVisible()) return [];
    const resolution = map.getView().getResolution() ?? 1;
    const found: { feature: Feature; away: number }[] = [];
    layer.getSource()!.forEachFeatureInExtent(buffer([...at, ...at], REACH_PX * resolution), (feature) => {
      const [x, y] = (feature.getGeometry() as PointGeometry).getCoordinates();
      const away = Math.hypot(x! - at[0]!, y! - at[1]!) / resolution;
      if (away <= REACH_PX) found.push({ feature, away });
    });
    return found;
  }

  dispose(): void {
    cancelAnimationFrame(this.#frame);
  }
}
