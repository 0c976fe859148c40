/** The pictures of a tile service under the county's layers, bent into the county's grid; the page does without where none come. */

import TileLayer from 'ol/layer/Tile';
import type Map from 'ol/Map';
import { addCoordinateTransforms, addProjection, get as getProjection, transform } from 'ol/proj';
import Projection from 'ol/proj/Projection';
import XYZ from 'ol/source/XYZ';
import { createXYZ } from 'ol/tilegrid';
import type { TileServiceShape } from '../api/types';

const UNDER_ALL = -10;
/** CGCS2000 in degrees: within half a metre of WGS 84. */
const DEGREES = 'EPSG:4490';
const LONLAT = 'EPSG:4326';
const WORLD = [-180, -90, 180, 90];
/** So many tiles in a row that did not come are no accident. */
const PATIENCE = 3;
/** How much of the county's own ground is left where the service shows the same. */
const OVER_TILES: Record<string, number> = { parcels: 0.25, waters: 0.4, greens: 0.4, roads: 0.55, buildings: 0.55 };

/** Let OpenLayers turn places of the tiles into places of the grid, by way of longitude and latitude. */
function joinProjections(tiles: string, grid: string): void {
  if (tiles === DEGREES && !getProjection(DEGREES)) addProjection(new Projection({ code: DEGREES, units: 'degrees', extent: WORLD, global: true }));
  const toDegrees = (place: number[]): number[] => (tiles === DEGREES ? place : transform(place, tiles, LONLAT));
  const fromDegrees = (place: number[]): number[] => (tiles === DEGREES ? place : transform(place, LONLAT, tiles));
  addCoordinateTransforms(tiles, grid, (place) => transform(toDegrees(place), LONLAT, grid), (place) => fromDegrees(transform(place, grid, LONLAT)));
}

export class BaseMap {
  readonly #map: Map;
  readonly #source: XYZ;
  readonly #layer: TileLayer<XYZ>;
  readonly #usual = new globalThis.Map<string, number>();
  #missed = 0;
  #told = false;

  /** `gone` is called once, when the service does not answer. */
  constructor(map: Map, { url, projection, max_zoom }: TileServiceShape, gone: () => void) {
    this.#map = map;
    joinProjections(projection, map.getView().getProjection().getCode());
    this.#source = new XYZ({
      url,
      projection,
      // Rows and columns from the upper left corner, two tiles for the whole earth at zoom 1.
      ...(projection === DEGREES ? { tileGrid: createXYZ({ extent: WORLD, maxZoom: max_zoom }) } : { maxZoom: max_zoom }),
      transition: 0,
    });
    this.#source.on('tileloadend', () => (this.#missed = 0));
    this.#source.on('tileloaderror', () => {
      this.#missed += 1;
      if (this.#missed < PATIENCE || this.#told) return;
      this.#told = true;
      gone();
    });
    this.#layer = new TileLayer({ source: this.#source, zIndex: UNDER_ALL, visible: false });
    map.addLayer(this.#layer);
  }

  setVisible(visible: boolean): void {
    if (visible === this.#layer.getVisible()) return;
    // What did not come is asked for again: the service may be back.
    if (visible) this.#source.refresh();
    this.#layer.setVisible(visible);
    for (const layer of this.#map.getLayers().getArray()) {
      const key = String(layer.get('key') ?? '');
      const share = OVER_TILES[key];
      if (share === undefined) continue;
      if (!this.#usual.has(key)) this.#usual.set(key, layer.getOpacity());
      layer.setOpacity(this.#usual.get(key)! * (visible ? share : 1));
    }
  }
}
