/** Features of one layer for what the window shows: by box, in pages, bounded, each feature once. */

import type { Extent } from 'ol/extent';
import { buffer, containsExtent, getHeight, getWidth, intersects } from 'ol/extent';
import type Feature from 'ol/Feature';
import GeoJSON from 'ol/format/GeoJSON';
import VectorSource from 'ol/source/Vector';
import * as client from '../api/client';
import { isAbort } from '../api/problem';

/** More than this in one window is not a map any more: the page then asks to zoom in. */
export const MOST_IN_WINDOW = 6000;
const MOST_KEPT = 25_000;
/** Fetched beyond the window on each side, as a share of it, so that a small pan asks nothing. */
const MARGIN = 0.3;

/** `coarse`: what is seen are tiles, which nothing snaps to; `waiting`: some of these are still to come. */
export type LoadState = 'ok' | 'truncated' | 'failed' | 'coarse' | 'waiting';

const reader = new GeoJSON();

export class BoxLoader {
  readonly source = new VectorSource();
  state: LoadState = 'ok';
  #loaded: Extent | null = null;
  #under: AbortController | null = null;
  readonly crs: string;
  #layer: string;
  #changed: () => void;

  constructor(layer: string, crs: string, changed: () => void) {
    this.#layer = layer;
    this.crs = crs;
    this.#changed = changed;
  }

  /** Whether everything of the window that was last asked for is here. */
  get holdsAll(): boolean {
    return this.#loaded !== null && this.state === 'ok';
  }

  /** Forget which box is loaded: the map went on without keeping it up to date. */
  forgetBox(): void {
    this.#loaded = null;
  }

  /** Make sure that `window` is loaded. */
  async show(window: Extent, force = false): Promise<void> {
    if (!force && this.#loaded && containsExtent(this.#loaded, window)) return;
    const box = buffer(window, MARGIN * Math.max(getWidth(window), getHeight(window)));
    this.#under?.abort();
    const controller = new AbortController();
    this.#under = controller;
    try {
      const page = await client.items(this.#layer, this.crs, box, MOST_IN_WINDOW, controller.signal);
      if (controller.signal.aborted) return;
      this.#put(page.features, box);
      this.#loaded = page.more ? null : box;
      this.#become(page.more ? 'truncated' : 'ok');
    } catch (error) {
      if (!controller.signal.aborted && !isAbort(error)) this.#become('failed');
    }
  }

  replace(json: client.Stored['feature']): void {
    const old = this.source.getFeatureById(String(json.id));
    if (old) this.source.removeFeature(old);
    this.source.addFeature(this.#read(json));
  }

  remove(id: string): void {
    const old = this.source.getFeatureById(id);
    if (old) this.source.removeFeature(old);
  }

  #read(json: object): Feature {
    const feature = reader.readFeature(json) as Feature;
    feature.setId(String(feature.getId()));
    return feature;
  }

  #put(features: readonly object[], box: Extent): void {
    const fresh = features.map((json) => this.#read(json));
    const ids = new Set(fresh.map((feature) => feature.getId()));
    const crowded = this.source.getFeatures().length + fresh.length > MOST_KEPT;
    const gone = this.source.getFeatures().filter((old) => {
      const extent = old.getGeometry()?.getExtent();
      // What lies in the box and did not come again was deleted by somebody.
      return ids.has(old.getId()) || crowded || (extent !== undefined && intersects(extent, box));
    });
    this.source.removeFeatures(gone);
    this.source.addFeatures(fresh);
  }

  #become(state: LoadState): void {
    this.state = state;
    this.#changed();
  }
}
