/** One layer of the county on the map: exact features of the window; of very many, seen from far, tiles in their place. */

import { buffer } from 'ol/extent';
import type Layer from 'ol/layer/Layer';
import VectorLayer from 'ol/layer/Vector';
import type VectorTileLayer from 'ol/layer/VectorTile';
import { toGeometry, type default as RenderFeature } from 'ol/render/Feature';
import type { LayerSymbol, Symbols } from '../api/types';
import type { Point } from '../geometry/points';
import { BoxLoader, MOST_IN_WINDOW, type LoadState } from './boxLoader';
import { nameLayers, nameLayersInTiles } from './names';
import { styleOf } from './symbolise';
import { TILES_FROM, type Tiles } from './tiles';

/** Exact layers without a limit of their own are not fetched beyond this, metres a pixel. */
const COARSEST_DATA = 40;

/** Whether a layer has more features than the page would ever fetch at once. */
export const isLarge = (features: number | undefined): boolean => (features ?? 0) > MOST_IN_WINDOW;

export class DrawnLayer {
  readonly symbol: LayerSymbol;
  readonly loader: BoxLoader;
  readonly layer: VectorLayer;
  /** All that draws it, its names included. */
  readonly layers: readonly Layer[];
  /** Whether tiles stand for it now: to be looked at and picked from, not to snap to. */
  coarse = false;
  #tiles: Tiles | null;
  #inTiles: VectorTileLayer | null;
  #exact: readonly Layer[];
  #coarse: readonly Layer[];
  #on = true;
  #hidden: string | null = null;
  /** Whether the exact features have come since one is near enough. */
  #arrived = false;

  /** `tiles`: null for a layer that is never too large to be fetched. */
  constructor(symbol: LayerSymbol, symbols: Symbols, crs: string, order: number, tiles: Tiles | null, changed: () => void) {
    this.symbol = symbol;
    this.#tiles = tiles;
    this.loader = new BoxLoader(symbol.key, crs, changed);
    const style = styleOf(symbol, symbols);
    const look = {
      zIndex: order * 10,
      // What lies in the ground already steps back behind what is planned.
      opacity: symbol.opacity ?? (symbol.key === 'pipes' ? 0.7 : 1),
      maxResolution: symbol.max_resolution ?? (tiles ? Infinity : COARSEST_DATA),
      properties: { key: symbol.key },
    };
    this.layer = new VectorLayer({ ...look, source: this.loader.source, style, renderBuffer: 60, updateWhileAnimating: true, updateWhileInteracting: true });
    this.#inTiles = tiles?.layer(symbol, style, look, () => this.#hidden) ?? null;
    this.#exact = [this.layer, ...nameLayers(symbol, symbols, this.loader.source)];
    this.#coarse = this.#inTiles && tiles ? [this.#inTiles, ...nameLayersInTiles(symbol, symbols, tiles)] : [];
    this.layers = [...this.#exact, ...this.#coarse];
  }

  /** Whether it has more features than are ever fetched, so that tiles stand for it from far. */
  get large(): boolean {
    return this.#tiles !== null;
  }

  get on(): boolean {
    return this.#on;
  }

  set on(on: boolean) {
    this.#on = on;
    this.#show();
  }

  get state(): LoadState {
    if (!this.coarse) return this.loader.state;
    if (this.#tiles?.failed) return 'failed';
    return this.#tiles?.waiting ? 'waiting' : 'coarse';
  }

  inReach(resolution: number): boolean {
    return resolution < (this.layer.getMaxResolution() ?? Infinity);
  }

  /** Choose between exact features and tiles; tiles stay until the exact ones have come, and where there are too many of those. */
  choose(resolution: number): void {
    const near = resolution < TILES_FROM;
    this.#arrived = near && (this.#arrived || this.loader.holdsAll);
    this.coarse = this.#tiles !== null && (!near || !this.#arrived || this.loader.state === 'truncated');
    this.#show();
  }

  /** The id of the feature of the tiles that is nearest to a place; null where none lies within `reach` metres. By distance, as everywhere. */
  idInTiles(at: Point, reach: number): string | null {
    const around = buffer([at[0], at[1], at[0], at[1]], reach);
    const features = this.#inTiles?.getFeaturesInExtent(around) ?? [];
    let [found, least]: [string | null, number] = [null, reach];
    for (const feature of features as RenderFeature[]) {
      const id = feature.getId();
      if (id === undefined || feature.get('layer') !== this.symbol.key) continue;
      const [x, y] = toGeometry(feature).getClosestPoint([...at]);
      const away = Math.hypot(x! - at[0], y! - at[1]);
      if (away <= least) [found, least] = [String(id), away];
    }
    return found;
  }

  /** Leave one feature out of the tiles: it is being edited. */
  hide(id: string | null): void {
    this.#hidden = id;
    this.#inTiles?.changed();
  }

  #show(): void {
    for (const layer of this.#exact) layer.setVisible(this.#on && !this.coarse);
    for (const layer of this.#coarse) layer.setVisible(this.#on && this.coarse);
  }
}
