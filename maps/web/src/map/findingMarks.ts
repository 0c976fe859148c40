/** Findings on the map: the county's as symbols that gather when far away, the draft's as numbered pins, one of them lit. */

import { createEmpty, extend, type Extent } from 'ol/extent';
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
const GATHER = 34;
const PULSES = 3;
const PULSE_MS = 480;
/** Pixels that the number of a draft's finding stands above its place, so that the vertices stay in sight. */
const RAISED = 19;

const shapeOf = (finding: PlacedFinding): OlGeometry | null => (finding.geometry ? (reader.readGeometry(finding.geometry) as OlGeometry) : null);

/** The place of a symbol: the middle of a stretch, the middle of the box of anything else. */
function middle(shape: OlGeometry): PointGeometry {
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

export class FindingMarks {
  #points = new VectorSource();
  #styles = new globalThis.Map<string, Style>();
  readonly countyLayer = new VectorLayer({
    source: new Cluster({ source: this.#points, distance: GATHER }),
    zIndex: 112,
    visible: false,
    style: (feature) => this.#gathered(feature),
  });
  readonly draftLayer = new VectorLayer({
    source: new VectorSource(),
    zIndex: 135,
    declutter: 'pins',
    updateWhileAnimating: true,
    updateWhileInteracting: true,
    renderOrder: (one, other) => Number(one.get('number')) - Number(other.get('number')),
  });
  readonly litLayer = new VectorLayer({ source: new VectorSource(), zIndex: 140, style: (feature) => this.#lit(feature), updateWhileAnimating: true });
  #started = 0;
  #frame = 0;

  get layers(): VectorLayer[] {
    return [this.countyLayer, this.draftLayer, this.litLayer] as VectorLayer[];
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
    const source = this.draftLayer.getSource()!;
    source.clear(true);
    source.addFeatures(findings.flatMap((finding, i) => this.#pin(finding, i + 1)));
  }

  #pin(finding: PlacedFinding, number: number): Feature[] {
    const shape = shapeOf(finding);
    if (!shape) return [];
    const look = lookOf(finding);
    const place = new Feature({ geometry: shape, number });
    place.setStyle(new Style({ stroke: new Stroke({ color: `${look.fill}88`, width: 9, lineCap: 'round' }) }));
    const pin = new Feature({ geometry: middle(shape), number, finding });
    const dot = new Style({ image: new Circle({ radius: 3.5, fill: new Fill({ color: look.fill }), stroke: new Stroke({ color: look.edge, width: 1.4 }), declutterMode: 'none' }) });
    pin.setStyle([dot, disc(look, 9, String(number), RAISED)]);
    return shape instanceof PointGeometry ? [pin] : [place, pin];
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

  /** Light one finding: it pulses, then stays marked until another one or none is lit. */
  light(finding: PlacedFinding | null): void {
    const source = this.litLayer.getSource()!;
    cancelAnimationFrame(this.#frame);
    source.clear(true);
    const shape = finding && shapeOf(finding);
    if (!shape) return;
    source.addFeatures([new Feature({ geometry: shape, finding }), new Feature({ geometry: middle(shape), finding, ring: true })]);
    this.#started = performance.now();
    if (!matchMedia('(prefers-reduced-motion: reduce)').matches) this.#pulse();
  }

  #pulse = (): void => {
    this.litLayer.changed();
    if (performance.now() - this.#started < PULSES * PULSE_MS) this.#frame = requestAnimationFrame(this.#pulse);
  };

  #lit(feature: FeatureLike): Style[] {
    const { fill } = lookOf(feature.get('finding') as PlacedFinding);
    const colour = fill === SETTLED.fill ? SETTLED.ink : fill;
    if (!feature.get('ring')) return [new Style({ stroke: new Stroke({ color: '#ffffff', width: 11 }) }), new Style({ stroke: new Stroke({ color: '#1f2933', width: 8 }) }), new Style({ stroke: new Stroke({ color: colour, width: 5 }) })];
    const ring = (radius: number, ink: string, width: number): Style => new Style({ image: new Circle({ radius, stroke: new Stroke({ color: ink, width }) }) });
    const phase = Math.min(PULSES, (performance.now() - this.#started) / PULSE_MS);
    const grown = phase % 1;
    const pulse = phase < PULSES ? [ring(14 + 26 * grown, `rgba(31,41,51,${(1 - grown).toFixed(2)})`, 3)] : [];
    return [ring(14, '#ffffff', 6), ring(14, '#1f2933', 3), ...pulse];
  }

  /** The findings of the symbol or pin under a pixel, and the box they take; null where there is none. */
  at(map: Map, pixel: number[]): { findings: readonly PlacedFinding[]; extent: Extent } | null {
    const mine = new Set<unknown>([this.countyLayer, this.draftLayer]);
    const hit = map.forEachFeatureAtPixel(pixel, (feature) => (feature.get('finding') || feature.get('features') ? feature : undefined), {
      layerFilter: (layer) => mine.has(layer),
      hitTolerance: 4,
    });
    if (!hit) return null;
    const single = hit.get('finding') as PlacedFinding | undefined;
    if (single) return { findings: [single], extent: hit.getGeometry()!.getExtent() };
    const members = hit.get('features') as Feature[];
    return { findings: membersOf(hit), extent: members.reduce((box, member) => extend(box, member.getGeometry()!.getExtent()), createEmpty()) };
  }

  dispose(): void {
    cancelAnimationFrame(this.#frame);
  }
}
