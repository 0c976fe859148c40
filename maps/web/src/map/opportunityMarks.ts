/** Chances to share a trench on the map: each a band below the planned lines, one of them lit. */

import { buffer } from 'ol/extent';
import Feature, { type FeatureLike } from 'ol/Feature';
import GeoJSON from 'ol/format/GeoJSON';
import type OlGeometry from 'ol/geom/Geometry';
import VectorLayer from 'ol/layer/Vector';
import type Map from 'ol/Map';
import VectorSource from 'ol/source/Vector';
import { Stroke, Style } from 'ol/style';
import type { OpportunityRow, TalkState } from '../api/types';
import { LOOKS } from '../opportunities/looks';

const reader = new GeoJSON();
/** Pixels of a band, wide enough to be seen on both sides of the lines that lie on it. */
const WIDTH = 13;
const LIT_WIDTH = 17;
const REACH_PX = 10;

const line = (color: string, width: number): Style => new Style({ stroke: new Stroke({ color, width, lineCap: 'round' }) });

export class OpportunityMarks {
  readonly #source = new VectorSource();
  readonly #styles = new globalThis.Map<TalkState, Style>();
  /** A filter shows again what was drawn before: reading ten thousand geometries anew takes a noticeable while. */
  readonly #drawn = new WeakMap<OpportunityRow, Feature>();
  readonly #bands: VectorLayer = new VectorLayer({
    source: this.#source,
    visible: false,
    style: (feature) => this.#band(feature),
    updateWhileAnimating: true,
    updateWhileInteracting: true,
  });
  readonly #lit: VectorLayer = new VectorLayer({ source: new VectorSource(), updateWhileAnimating: true, updateWhileInteracting: true });

  get layers(): VectorLayer[] {
    return [this.#bands, this.#lit];
  }

  /** Bands lie under this height of the map, so that the lines stay in sight on them. */
  lieUnder(zIndex: number): void {
    this.#bands.setZIndex(zIndex - 4);
    this.#lit.setZIndex(zIndex - 3);
  }

  setVisible(visible: boolean): void {
    this.#bands.setVisible(visible);
    if (!visible) this.light(null);
  }

  show(rows: readonly OpportunityRow[]): void {
    this.#source.clear(true);
    // The most worthwhile is drawn last, on top of the others.
    this.#source.addFeatures(rows.map((row) => this.#featureOf(row)).reverse());
  }

  #featureOf(row: OpportunityRow): Feature {
    const made = this.#drawn.get(row) ?? new Feature({ geometry: shapeOf(row), row });
    this.#drawn.set(row, made);
    return made;
  }

  light(row: OpportunityRow | null): void {
    const source = this.#lit.getSource()!;
    source.clear(true);
    if (!row) return;
    const feature = new Feature({ geometry: shapeOf(row) });
    feature.setStyle([line('#ffffff', LIT_WIDTH + 8), line('#1f2933', LIT_WIDTH + 4), line(LOOKS[row.state].band, LIT_WIDTH)]);
    source.addFeature(feature);
  }

  /** The chance whose band is under a pixel, the nearest; null where there is none. */
  at(map: Map, pixel: number[]): OpportunityRow | null {
    const place = map.getCoordinateFromPixel(pixel);
    if (!place || !this.#bands.getVisible()) return null;
    const reach = REACH_PX * (map.getView().getResolution() ?? 1);
    let [found, nearest]: [OpportunityRow | null, number] = [null, reach];
    this.#source.forEachFeatureInExtent(buffer([...place, ...place], reach), (feature) => {
      const [x, y] = feature.getGeometry()!.getClosestPoint(place);
      const away = Math.hypot(x! - place[0]!, y! - place[1]!);
      if (away <= nearest) [found, nearest] = [feature.get('row') as OpportunityRow, away];
    });
    return found;
  }

  #band(feature: FeatureLike): Style {
    const { state } = feature.get('row') as OpportunityRow;
    const made = this.#styles.get(state) ?? line(LOOKS[state].band, WIDTH);
    this.#styles.set(state, made);
    return made;
  }
}

const shapeOf = ({ geometry }: OpportunityRow): OlGeometry => reader.readGeometry(geometry) as OlGeometry;
