/** What is drawn above the county: the draft, its handles, guides, what the answer counts, the other side of a conflict. */

import Feature from 'ol/Feature';
import type { FeatureLike } from 'ol/Feature';
import GeoJSON from 'ol/format/GeoJSON';
import type OlGeometry from 'ol/geom/Geometry';
import MultiLineString from 'ol/geom/MultiLineString';
import MultiPoint from 'ol/geom/MultiPoint';
import PointGeometry from 'ol/geom/Point';
import VectorLayer from 'ol/layer/Vector';
import VectorSource from 'ol/source/Vector';
import { Circle, Fill, RegularShape, Stroke, Style, Text } from 'ol/style';
import type { Assessment, Geometry, Symbols } from '../api/types';
import type { Mode } from '../editing/draft';
import { middles, type Parts, type VertexRef } from '../editing/parts';
import type { Snap } from '../geometry/snapping';
import type { Focus } from '../state/assessment.svelte';
import { FONT } from './symbolise';

const reader = new GeoJSON();
const coordinates = (parts: Parts): number[][][] => parts.map((line) => line.map(([x, y]) => [x, y]));
const line = (color: string, width: number, dash?: number[]): Style =>
  new Style({ stroke: new Stroke({ color, width, lineCap: dash ? 'butt' : 'round', lineJoin: 'round', ...(dash ? { lineDash: dash } : {}) }) });

export interface SketchView {
  readonly mode: Mode;
  readonly parts: Parts;
  readonly fixed: Parts;
  readonly colour: string;
  readonly ink: string;
  readonly hover: Snap | null;
  readonly selected: VertexRef | null;
  readonly faulty: readonly number[];
  readonly snapWord: string;
}

function handle(color: string, radius: number, fill: string): Style {
  return new Style({ zIndex: 8, image: new Circle({ radius, fill: new Fill({ color: fill }), stroke: new Stroke({ color, width: 2 }) }) });
}

/** Signs of the drawing office: square for a vertex, cross for an intersection, right angle for a foot, and so on. */
function snapMark(snap: Snap, word: string, ink: string): Style[] {
  const stroke = new Stroke({ color: '#d6336c', width: 2 });
  const shapes: Partial<Record<Snap['kind'], RegularShape>> = {
    vertex: new RegularShape({ points: 4, radius: 9, angle: Math.PI / 4, stroke }),
    intersection: new RegularShape({ points: 4, radius: 9, radius2: 0, angle: Math.PI / 4, stroke }),
    perpendicular: new RegularShape({ points: 3, radius: 9, stroke }),
    edge: new RegularShape({ points: 4, radius: 8, stroke }),
    extension: new RegularShape({ points: 4, radius: 8, radius2: 0, stroke }),
  };
  const image = shapes[snap.kind] ?? new Circle({ radius: 4, stroke: new Stroke({ color: ink, width: 1.5 }) });
  const label = word
    ? { text: new Text({ text: word, font: `12px ${FONT}`, offsetX: 14, offsetY: -14, textAlign: 'left' as const, fill: new Fill({ color: '#a61e4d' }), stroke: new Stroke({ color: '#fff', width: 3 }) }) }
    : {};
  return [new Style({ zIndex: 12, image, ...label })];
}

export class Sketch {
  readonly draftLayer = new VectorLayer({ source: new VectorSource(), zIndex: 120, updateWhileAnimating: true, updateWhileInteracting: true });
  readonly countedLayer = new VectorLayer({ source: new VectorSource(), zIndex: 110, updateWhileAnimating: true, updateWhileInteracting: true });
  readonly conflictLayer = new VectorLayer({ source: new VectorSource(), zIndex: 130 });
  #symbols: Symbols;

  constructor(symbols: Symbols) {
    this.#symbols = symbols;
    this.countedLayer.setStyle((feature) => this.#countedStyle(feature));
  }

  draw(view: SketchView): void {
    const source = this.draftLayer.getSource()!;
    source.clear(true);
    if (view.mode === 'browse') return;
    const features: Feature[] = [];
    const add = (geometry: MultiLineString | MultiPoint | PointGeometry, ...styles: Style[]): void => {
      const feature = new Feature(geometry);
      feature.setStyle(styles);
      features.push(feature);
    };
    add(new MultiLineString(coordinates(view.parts)), line('#ffffff', 8), line(view.colour, 4));
    for (const [from, to] of view.hover?.guides ?? []) {
      add(new MultiLineString([[[...from], [...to]]]), line('#d6336c', 1.2, [3, 4]));
    }
    if (view.mode === 'edit') {
      const image = new RegularShape({ points: 4, radius: 4.6, fill: new Fill({ color: view.colour }), stroke: new Stroke({ color: '#fff', width: 1.4 }) });
      add(new MultiPoint(middles(view.parts).map(({ at: [x, y] }) => [x, y])), new Style({ zIndex: 6, image }));
    }
    this.#vertices(view, add);
    if (view.hover) add(new PointGeometry([...view.hover.at]), ...snapMark(view.hover, view.snapWord, view.ink));
    source.addFeatures(features);
  }

  #vertices(view: SketchView, add: (geometry: PointGeometry | MultiPoint, ...styles: Style[]) => void): void {
    const shown = view.mode === 'draw' ? view.fixed : view.parts;
    const all = shown.flat();
    // One geometry for all of them: a line may have ten thousand.
    add(new MultiPoint(all.map(([x, y]) => [x, y])), handle(view.colour, view.mode === 'draw' ? 4.5 : 6, '#ffffff'));
    const chosen = view.selected && shown[view.selected.part]?.[view.selected.index];
    if (chosen) add(new PointGeometry([...chosen]), handle(view.ink, 8, '#ffd43b'));
    for (const vertex of view.faulty.map((index) => all[index])) {
      if (vertex) add(new PointGeometry([...vertex]), handle('#c92a2a', 13, '#ff6b6b77'));
    }
  }

  /**
   * Light what the answer counted; `focus` brings some of it forward. The stretches lie on the drawn line; `partner` is
   * the whole line of the partner in focus, so that it is seen which of the lines beside it is meant.
   */
  count(answer: Assessment | null, focus: Focus, partner: OlGeometry | null): void {
    const source = this.countedLayer.getSource()!;
    source.clear(true);
    if (!answer) return;
    const of = (geometry: Geometry | null, kind: string, lit: boolean): Feature[] => {
      if (!geometry) return [];
      const shape = reader.readGeometry(geometry);
      if (!shape) return [];
      const feature = new Feature({ geometry: shape, kind, lit, dim: focus !== null && !lit });
      return [feature];
    };
    if (partner) source.addFeature(new Feature({ geometry: partner.clone(), kind: 'partner', whole: true }));
    source.addFeatures([
      ...answer.partners.flatMap((partner, i) => of(partner.geometry, 'partner', focus?.kind === 'partner' && focus.index === i)),
      ...answer.passages.flatMap((passage, i) => of(passage.geometry, passage.kind, focus?.kind === 'passages' && focus.indices.includes(i))),
    ]);
  }

  #countedStyle(feature: FeatureLike): Style[] {
    const kind = String(feature.get('kind'));
    const look = this.#symbols.passages[kind];
    const colour = look?.stroke ?? '#c92a2a';
    const width = (look?.width ?? 7) + (kind === 'partner' && !feature.get('lit') ? 14 : 9);
    if (feature.get('whole')) return [line('#ffffff', 9), line(colour, 5.5)];
    if (feature.get('dim')) return [line(`${colour}40`, width)];
    if (!feature.get('lit')) return [line(`${colour}99`, width)];
    return [line('#ffffff', width + 7), line('#1f2933', width + 3), line(colour, width)];
  }

  /** Their line beside mine while a conflict is being settled. */
  oppose(theirs: Parts | null): void {
    const source = this.conflictLayer.getSource()!;
    source.clear(true);
    if (!theirs) return;
    const feature = new Feature(new MultiLineString(coordinates(theirs)));
    feature.setStyle([line('#ffffff', 7), line('#1f2933', 3, [8, 6])]);
    source.addFeature(feature);
  }
}
