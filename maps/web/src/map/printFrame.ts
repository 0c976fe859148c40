/** The sheet that will be printed, in the middle of the map: the map moves under it, what is beyond steps back. */

import { buffer, type Extent } from 'ol/extent';
import Feature from 'ol/Feature';
import Polygon, { fromExtent } from 'ol/geom/Polygon';
import VectorLayer from 'ol/layer/Vector';
import type Map from 'ol/Map';
import VectorSource from 'ol/source/Vector';
import { Fill, Stroke, Style } from 'ol/style';

const SHADE = new Style({ fill: new Fill({ color: 'rgba(31, 41, 51, 0.24)' }) });
const EDGE = new Style({ stroke: new Stroke({ color: '#0f5366', width: 2 }) });
/** What lies beyond the sheet is shaded so many times as far as the sheet is wide. */
const BEYOND = 30;
const ABOVE_ALL = 500;
/** A sheet that takes less of the window is looked at from nearer. */
const SMALLEST_SHARE = 0.25;

export class PrintFrame {
  readonly #map: Map;
  readonly #shade = new Feature<Polygon>();
  readonly #edge = new Feature<Polygon>();
  readonly #layer: VectorLayer;
  #ground: readonly [number, number] | null = null;

  constructor(map: Map) {
    this.#map = map;
    this.#shade.setStyle(SHADE);
    this.#edge.setStyle(EDGE);
    this.#layer = new VectorLayer({
      source: new VectorSource({ features: [this.#shade, this.#edge] }),
      zIndex: ABOVE_ALL,
      visible: false,
      updateWhileAnimating: true,
      updateWhileInteracting: true,
    });
    map.addLayer(this.#layer);
    map.getView().on('change:center', () => this.#place());
  }

  /** Show a sheet of so many metres, east and north, whole and large enough: the map zooms where it must. Null: none. */
  show(ground: readonly [number, number] | null): void {
    this.#ground = ground;
    this.#layer.setVisible(ground !== null);
    if (!ground) return;
    this.#place();
    const view = this.#map.getView();
    const [west, south, east, north] = view.calculateExtent() as [number, number, number, number];
    const share = Math.max(ground[0] / (east - west), ground[1] / (north - south));
    if (share > 1 || share < SMALLEST_SHARE) view.fit(this.#extent()!, { padding: [30, 30, 30, 30], duration: 250 });
  }

  #extent(): Extent | null {
    const centre = this.#map.getView().getCenter();
    if (!this.#ground || !centre) return null;
    const [wide, tall] = this.#ground;
    return [centre[0]! - wide / 2, centre[1]! - tall / 2, centre[0]! + wide / 2, centre[1]! + tall / 2];
  }

  #place(): void {
    const extent = this.#extent();
    if (!extent) return;
    const sheet = fromExtent(extent);
    const around = fromExtent(buffer(extent, BEYOND * Math.max(...this.#ground!)));
    this.#edge.setGeometry(sheet);
    this.#shade.setGeometry(new Polygon([...around.getCoordinates(), ...sheet.getCoordinates()]));
  }
}
