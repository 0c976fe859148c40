/** A route as planned, surveyed and laid, drawn over each other, and the place where they lie farthest apart. */

import Feature from 'ol/Feature';
import GeoJSON from 'ol/format/GeoJSON';
import type OlGeometry from 'ol/geom/Geometry';
import PointGeometry from 'ol/geom/Point';
import VectorLayer from 'ol/layer/Vector';
import VectorSource from 'ol/source/Vector';
import { Circle, Stroke, Style } from 'ol/style';
import type { RouteStage } from '../api/types';
import type { Point } from '../geometry/points';
import { LOOKS } from '../stages/figures';

const reader = new GeoJSON();
/** Planned lies lowest, laid on top: what came later is what counts. */
const ORDER = Object.keys(LOOKS);

export class StageMarks {
  readonly #lines: VectorLayer = new VectorLayer({ source: new VectorSource(), zIndex: 126, updateWhileAnimating: true, updateWhileInteracting: true });
  readonly #lit: VectorLayer = new VectorLayer({
    source: new VectorSource(),
    zIndex: 127,
    style: [new Style({ image: new Circle({ radius: 16, stroke: new Stroke({ color: '#ffffff', width: 6 }) }) }), new Style({ image: new Circle({ radius: 16, stroke: new Stroke({ color: '#b0006d', width: 3 }) }) })],
  });

  get layers(): VectorLayer[] {
    return [this.#lines, this.#lit];
  }

  show(stages: readonly RouteStage[]): void {
    const lines = this.#lines.getSource()!;
    lines.clear(true);
    for (const { stage, geometry } of stages) {
      const { colour, width, dash } = LOOKS[stage];
      const feature = new Feature(reader.readGeometry(geometry) as OlGeometry);
      const zIndex = ORDER.indexOf(stage);
      feature.setStyle([
        new Style({ zIndex, stroke: new Stroke({ color: '#ffffffcc', width: width + 3 }) }),
        new Style({ zIndex, stroke: new Stroke({ color: colour, width, lineDash: [...dash], lineCap: 'round' }) }),
      ]);
      lines.addFeature(feature);
    }
  }

  light(place: Point | null): void {
    const rings = this.#lit.getSource()!;
    rings.clear(true);
    if (place) rings.addFeature(new Feature(new PointGeometry([...place])));
  }
}
