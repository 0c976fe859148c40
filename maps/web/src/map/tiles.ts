/** Layers of very many features, far out: vector tiles of the server in the county's grid, to be looked at and picked from. */

import type { Extent } from 'ol/extent';
import type { FeatureLike } from 'ol/Feature';
import MVT from 'ol/format/MVT';
import VectorTileLayer, { type Options } from 'ol/layer/VectorTile';
import type Projection from 'ol/proj/Projection';
import VectorTileSource from 'ol/source/VectorTile';
import type { StyleFunction } from 'ol/style/Style';
import type { TileCoord } from 'ol/tilecoord';
import TileGrid from 'ol/tilegrid/TileGrid';
import TileState from 'ol/TileState';
import type VectorTile from 'ol/VectorTile';
import * as client from '../api/client';
import { isAbort, ProblemError } from '../api/problem';
import type { LayerSymbol, VectorTiles } from '../api/types';

/** Metres a pixel: from here on large layers come as tiles; nearer they come exact, by box. Zoom 16 of the usual maps. */
export const TILES_FROM = 2;
const TILE_PX = 512;
/** How exact features and tiles of a layer look alike. */
export type Look = Pick<Options, 'zIndex' | 'opacity' | 'maxResolution' | 'declutter' | 'properties'>;
/** Rendered tiles kept for each layer: a window with its surroundings at two zooms. */
const KEPT = 128;
/** After so long without an answer the page says that it waits. */
const SLOW_MS = 1500;
/** What the server is still making is asked for again. */
const AGAIN_MS = 2000;

export class Tiles {
  readonly source: VectorTileSource;
  failed = false;
  /** Whether something of the window is still to come: what is blank may hold very much. */
  waiting = false;
  /** How far the server is with what it makes for the window, per cent; null where it is not known to make anything. */
  percent: number | null = null;
  /** By tile, how far the server is, and the edition that was asked for. */
  #making = new Map<string, { readonly percent: number; readonly edition: number }>();
  #outstanding = 0;
  #slow: ReturnType<typeof setTimeout> | undefined;
  #again: ReturnType<typeof setTimeout> | undefined;
  #set: VectorTiles;
  #symbols: readonly LayerSymbol[];
  #edition = 0;
  #changed: () => void;

  /** `symbols` are those of the large layers; `changed` is called when tiles begin or cease to fail or to be waited for. */
  constructor(set: VectorTiles, symbols: readonly LayerSymbol[], projection: Projection, changed: () => void) {
    this.#set = set;
    this.#symbols = symbols;
    this.#changed = changed;
    const format = new MVT({ idProperty: 'id' });
    this.source = new VectorTileSource({
      projection,
      format,
      tileGrid: gridOf(set),
      wrapX: false,
      transition: 0,
      // The nearest zoom: an overview that is magnified shows its cells.
      zDirection: 0,
      tileUrlFunction: this.#url,
      tileLoadFunction: (tile, url) => this.#load(tile as VectorTile<FeatureLike>, url, format),
    });
  }

  /** One layer of the tiles, not seen at first; `hidden` names a feature that is left out. */
  layer(symbol: LayerSymbol, style: StyleFunction, look: Look, hidden: () => string | null = () => null): VectorTileLayer {
    return new VectorTileLayer({
      ...look,
      source: this.source,
      cacheSize: KEPT,
      visible: false,
      style: (feature, resolution) => {
        if (feature.get('layer') !== symbol.key) return undefined;
        const id = feature.getId();
        return id !== undefined && id === hidden() ? undefined : style(feature, resolution);
      },
    });
  }

  /** Something was written: ask again, and show what is here until the answers come; what has not changed costs nothing. */
  renew(): void {
    this.#edition += 1;
    this.source.setTileUrlFunction(this.#url, String(this.#edition));
  }

  #url = ([zoom, column, row]: TileCoord): string | undefined => {
    const { pixelM } = this.#set.zooms.find((one) => one.zoom === zoom) ?? { pixelM: Infinity };
    // A layer is drawn up to its own limit: the tiles of the nearest zoom may be coarser by half.
    const layers = this.#symbols.filter(({ max_resolution: most }) => most === null || pixelM < 1.5 * most).map(({ key }) => key);
    // The fragment is no part of the request: it makes another tile of the same address.
    return layers.length > 0 && pixelM < Infinity ? `${this.#set.path}/${zoom}/${column}/${row}?layers=${layers.join(',')}#${this.#edition}` : undefined;
  };

  #load(tile: VectorTile<FeatureLike>, url: string, format: MVT): void {
    const path = url.split('#')[0]!;
    const load = async (extent: Extent, featureProjection: Projection): Promise<void> => {
      const edition = this.#edition;
      this.#asked();
      try {
        const data = await client.tile(path);
        tile.setFeatures(format.readFeatures(data, { extent, featureProjection }));
        this.#making.delete(path);
        this.#become(false);
      } catch (error) {
        tile.setState(TileState.ERROR);
        if (isMaking(error)) this.#make(path, error.problem.percent ?? 0, edition);
        else if (!isAbort(error)) this.#become(true);
      }
      this.#answered();
    };
    tile.setLoader((extent, _resolution, featureProjection) => void load(extent, featureProjection));
  }

  #asked(): void {
    this.#outstanding += 1;
    this.#watch();
  }

  #answered(): void {
    this.#outstanding -= 1;
    if (this.#outstanding > 0) {
      this.#watch();
      return;
    }
    clearTimeout(this.#slow);
    // What was not asked for again is not in the window any more.
    for (const [path, { edition }] of this.#making) if (edition < this.#edition) this.#making.delete(path);
    this.#wait(this.#making.size > 0);
  }

  #watch(): void {
    clearTimeout(this.#slow);
    this.#slow = setTimeout(() => this.#wait(true), SLOW_MS);
  }

  #make(path: string, percent: number, edition: number): void {
    this.#making.set(path, { percent, edition });
    this.#again ??= setTimeout(() => {
      this.#again = undefined;
      this.renew();
    }, AGAIN_MS);
    this.#wait(true);
  }

  #wait(waiting: boolean): void {
    const far = [...this.#making.values()].map(({ percent }) => percent);
    const percent = waiting && far.length > 0 ? Math.min(...far) : null;
    if (this.waiting === waiting && this.percent === percent) return;
    this.waiting = waiting;
    this.percent = percent;
    this.#changed();
  }

  #become(failed: boolean): void {
    if (this.failed === failed) return;
    this.failed = failed;
    this.#changed();
  }
}

const isMaking = (error: unknown): error is ProblemError => error instanceof ProblemError && error.problem.code === 'tiles.making';

function gridOf(set: VectorTiles): TileGrid {
  const [first, last] = [set.zooms[0]!, set.zooms.at(-1)!];
  return new TileGrid({
    origin: [...set.origin],
    minZoom: first.zoom,
    // Zooms are numbered from the whole square on, of which the coarsest are not served.
    resolutions: Array.from({ length: last.zoom + 1 }, (_, zoom) => first.pixelM * 2 ** (first.zoom - zoom)),
    tileSize: TILE_PX,
  });
}
