/** One change of an edited layer on the map: as given out, as edited, and as it is now. */

import Feature from 'ol/Feature';
import GeoJSON from 'ol/format/GeoJSON';
import type OlGeometry from 'ol/geom/Geometry';
import VectorLayer from 'ol/layer/Vector';
import VectorSource from 'ol/source/Vector';
import { Circle, Fill, Stroke, Style } from 'ol/style';
import type { LayerShapes } from '../api/layers';
import { SIDES } from '../visits/layerLooks';

const reader = new GeoJSON();

export class LayerMarks {
  readonly #shapes: VectorLayer = new VectorLayer({ source: new VectorSource(), zIndex: 128, updateWhileAnimating: true, updateWhileInteracting: true });

  get layers(): VectorLayer[] {
    return [this.#shapes];
  }

  show(shapes: LayerShapes | null): void {
    const source = this.#shapes.getSource()!;
    source.clear(true);
    if (!shapes) return;
    // What was edited lies on top: it is what a decision is about.
    (['before', 'now', 'edited'] as const).forEach((side, zIndex) => {
      const geometry = shapes[side];
      if (!geometry) return;
      const { colour, width, dash } = SIDES[side];
      const feature = new Feature(reader.readGeometry(geometry) as OlGeometry);
      const stroke = new Stroke({ color: colour, width, lineDash: [...dash], lineCap: 'round' });
      feature.setStyle([
        new Style({ zIndex, stroke: new Stroke({ color: '#ffffffcc', width: width + 3 }) }),
        new Style({ zIndex, stroke, image: new Circle({ radius: 8, stroke, fill: new Fill({ color: '#ffffff99' }) }) }),
      ]);
      source.addFeature(feature);
    });
  }
}
