/** The map of the window: the county's layers below, the sketch above, the pen in between. */

import { buffer, containsExtent, type Extent } from 'ol/extent';
import type Feature from 'ol/Feature';
import GeoJSON from 'ol/format/GeoJSON';
import { defaults as defaultInteractions } from 'ol/interaction/defaults';
import DoubleClickZoom from 'ol/interaction/DoubleClickZoom';
import Map from 'ol/Map';
import type VectorSource from 'ol/source/Vector';
import View from 'ol/View';
import type { County, Geometry, LayerSymbol, PipeProperties, Symbols, VectorTiles } from '../api/types';
import * as client from '../api/client';
import { boundsOf, type Point } from '../geometry/points';
import { mapWindow } from '../state/window.svelte';
import type { BoxLoader, LoadState } from './boxLoader';
import { DrawnLayer, isLarge } from './drawnLayer';
import { FindingMarks } from './findingMarks';
import { registerGrid, type CountyGrid } from './grid';
import { LayerMarks } from './layerMarks';
import { OpportunityMarks } from './opportunityMarks';
import { Pen, type PenHost } from './pen';
import { Sketch } from './sketch';
import { StageMarks } from './stageMarks';
import { StretchMarks } from './stretchMarks';
import { targetsIn, type Targets } from './targets';
import { Tiles, TILES_FROM } from './tiles';
import { VisitMarks } from './visitMarks';
import { ZoomSteps } from './zoomSteps';

/** Metres a pixel: from the whole county on a phone down to a hand's breadth. */
const FINEST = 0.02;
const COARSEST = 60;
const SETTLE_MS = 90;
/** Pixels around an existing pipe within which the pointer asks for it. */
const HOVER_PX = 5;
/** Pixels around a click within which a route is meant, from the middle of its line. */
const PICK_PX = 8;
/** Metres a pixel beyond which a place of a metre is no more than a dot among dots. */
const FAR_FROM_A_PLACE = 0.6;
/** Share of the free part of the window that stays free on each side of what is looked at. */
const MOST_MARGIN = 0.15;


/** A window for a county without any feature yet: on the central meridian, in the middle of China. */
function nowhere(county: County): Extent {
  const middle = county.grid.false_easting ?? 500_000;
  return [middle - 5000, 3_600_000, middle + 5000, 3_610_000];
}

export class Stage {
  readonly map: Map;
  readonly sketch: Sketch;
  readonly #zoom = new ZoomSteps();
  readonly marks = new FindingMarks();
  readonly stretches = new StretchMarks();
  readonly chances = new OpportunityMarks();
  readonly visits: VisitMarks;
  readonly stages = new StageMarks();
  readonly edits = new LayerMarks();
  #grid: CountyGrid;
  #drawn: DrawnLayer[];
  #tiles: Tiles | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #home: Extent;

  constructor(target: HTMLElement, county: County, symbols: Symbols, layers: readonly LayerSymbol[], vectorTiles: VectorTiles, host: PenHost) {
    this.#grid = registerGrid(county.grid);
    this.#home = county.bbox_grid ?? nowhere(county);
    this.sketch = new Sketch(symbols);
    this.visits = new VisitMarks(symbols);
    const large = layers.filter(({ key }) => isLarge(vectorTiles.features[key]));
    if (large.length > 0) this.#tiles = new Tiles(vectorTiles, large, this.#grid.projection, () => this.#tellLoads());
    this.#drawn = layers.map((symbol, order) => {
      const tiles = large.includes(symbol) ? this.#tiles : null;
      return new DrawnLayer(symbol, symbols, county.grid.code, order, tiles, () => this.#loadsChanged());
    });
    const routesAt = this.#drawn.find(({ symbol }) => symbol.key === 'routes')?.layer.getZIndex() ?? 0;
    this.marks.lieUnder(routesAt);
    this.chances.lieUnder(routesAt);
    const room = buffer(this.#home, 6000);
    this.map = new Map({
      target,
      controls: [],
      interactions: defaultInteractions({ onFocusOnly: false }),
      layers: [...this.#drawn.flatMap((drawn) => drawn.layers), this.sketch.countedLayer, this.sketch.draftLayer, this.sketch.conflictLayer, ...this.chances.layers, ...this.marks.layers, ...this.stretches.layers, ...this.visits.layers, ...this.stages.layers, ...this.edits.layers],
      view: new View({
        projection: this.#grid.projection,
        extent: room,
        showFullExtent: true,
        constrainOnlyCenter: true,
        minResolution: FINEST,
        maxResolution: COARSEST,
        center: [(this.#home[0]! + this.#home[2]!) / 2, (this.#home[1]! + this.#home[3]!) / 2],
        resolution: 4,
      }),
    });
    this.map.addInteraction(new Pen(host));
    this.map.on('moveend', () => this.#moved());
    this.map.on('pointermove', (event) => this.point([event.coordinate[0]!, event.coordinate[1]!]));
    this.map.getView().on(['change:resolution', 'change:rotation'], () => this.#watch());
    this.#watch();
  }

  /** Where the pointer is, for the readout. */
  point(at: Point | null): void {
    mapWindow.pointer = at;
    mapWindow.pointerLonLat = at ? this.#grid.toLonLat(at) : null;
  }

  show(visible: Readonly<Record<string, boolean>>): void {
    for (const drawn of this.#drawn) drawn.on = visible[drawn.symbol.key] ?? true;
    this.#moved();
  }

  loader(key: string): BoxLoader | undefined {
    return this.#drawn.find(({ symbol }) => symbol.key === key)?.loader;
  }

  #watch(): void {
    const view = this.map.getView();
    mapWindow.resolution = view.getResolution() ?? 1;
    for (const drawn of this.#drawn) drawn.choose(mapWindow.resolution);
    mapWindow.rotation = view.getRotation();
    mapWindow.tooFar = this.#drawn.filter((drawn) => drawn.on && !this.#inReach(drawn)).map(({ symbol }) => symbol.key);
  }

  #inReach = (drawn: DrawnLayer): boolean => drawn.inReach(this.map.getView().getResolution() ?? 1);
  /** Whether the exact features of a layer are what is seen of it. */
  #exact = (drawn: DrawnLayer): boolean => drawn.on && this.#inReach(drawn) && !drawn.coarse;

  #moved(): void {
    this.#watch();
    mapWindow.extent = this.map.getView().calculateExtent();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.load(), SETTLE_MS);
  }

  /** Fetch what the window shows and is not here yet. */
  load(): void {
    const size = this.map.getSize();
    if (!size || size[0] === 0) return;
    const window = this.map.getView().calculateExtent(size);
    for (const drawn of this.#drawn) this.#fetch(drawn, window);
    if (this.#tiles?.failed) this.#tiles.renew();
    this.#tellLoads();
  }

  /** Fetch the exact features of a layer, unless tiles stand for it at this zoom. */
  #fetch(drawn: DrawnLayer, window: Extent, force = false): void {
    if (!drawn.on || !this.#inReach(drawn)) return;
    // What was here before is not kept up to date meanwhile.
    if (drawn.large && (this.map.getView().getResolution() ?? 1) >= TILES_FROM) drawn.loader.forgetBox();
    else void drawn.loader.show(window, force);
  }

  /** Fetch one layer of the window again: somebody else may have changed it. */
  reload(key: string): void {
    const size = this.map.getSize();
    const drawn = this.#drawn.find(({ symbol }) => symbol.key === key);
    if (size && drawn) this.#fetch(drawn, this.map.getView().calculateExtent(size), true);
    this.renewTiles(key);
  }

  /** The line of a planned route that may not be loaded: seen as tiles, it is fetched by its id. Whether it is new here. */
  async bring(id: string): Promise<boolean> {
    const loader = this.loader('routes');
    if (!loader || loader.source.getFeatureById(id)) return false;
    try {
      loader.replace((await client.route(id, loader.crs)).feature);
      return true;
    } catch {
      // It was deleted, or the network is away: then there is no line to light.
      return false;
    }
  }

  /** Something of a layer was written. */
  renewTiles(key: string): void {
    if (this.#drawn.some((drawn) => drawn.symbol.key === key && drawn.large)) this.#tiles?.renew();
  }

  /** The saved version of a route is not shown while it is on the table. */
  hide(key: string, id: string | null): void {
    this.#drawn.find(({ symbol }) => symbol.key === key)?.hide(id);
  }

  #loadsChanged(): void {
    for (const drawn of this.#drawn) drawn.choose(this.map.getView().getResolution() ?? 1);
    this.#tellLoads();
  }

  #tellLoads(): void {
    mapWindow.making = this.#tiles?.percent ?? null;
    mapWindow.loads = Object.fromEntries(this.#drawn.map((drawn): [string, LoadState] => [drawn.symbol.key, drawn.state]));
  }

  targets(cursor: Point, reach: number, exceptId: string | null): Targets {
    const box = buffer([cursor[0], cursor[1], cursor[0], cursor[1]], reach);
    const near = this.#drawn.filter(this.#exact);
    return targetsIn(near.map(({ loader }) => loader.source), box, exceptId);
  }

  /** The id of the planned route under a pixel, the nearest. */
  routeAt(pixel: number[]): string | null {
    const id = this.#lineAt(pixel, 'routes', PICK_PX)?.getId();
    return id === undefined ? this.#idInTiles(pixel, 'routes') : String(id);
  }

  /** The id of a feature of a layer that is seen as tiles, under a pixel. */
  #idInTiles(pixel: number[], key: string): string | null {
    const [x, y] = this.map.getCoordinateFromPixel(pixel) ?? [];
    const drawn = this.#drawn.find(({ symbol }) => symbol.key === key);
    if (x === undefined || y === undefined || !drawn?.coarse || !drawn.on) return null;
    return drawn.idInTiles([x, y], PICK_PX * (this.map.getView().getResolution() ?? 1));
  }

  /** What the server says of the existing pipe under a pixel; null where there is none. */
  pipeAt(pixel: number[]): PipeProperties | null {
    const nearest = this.#lineAt(pixel, 'pipes');
    return nearest && { ...nearest.getProperties(), id: String(nearest.getId()) };
  }

  /** The planned route under a pixel, else the site; null where there is neither. */
  workAt(pixel: number[]): { readonly list: 'routes' | 'sites'; readonly id: string } | null {
    const route = this.#lineAt(pixel, 'routes')?.getId() ?? this.#idInTiles(pixel, 'routes');
    if (route) return { list: 'routes', id: String(route) };
    const sites = this.#shown('sites')?.getFeaturesAtCoordinate(this.map.getCoordinateFromPixel(pixel));
    const site = sites?.[0]?.getId() ?? this.#idInTiles(pixel, 'sites');
    return site ? { list: 'sites', id: String(site) } : null;
  }

  /** The line of a layer that is under a pixel. By distance: reading the canvas back at every move is slow, and at the first one the library tries for a while which way is quickest. */
  #lineAt(pixel: number[], key: string, within = HOVER_PX): Feature | null {
    const at = this.map.getCoordinateFromPixel(pixel);
    const nearest = at && this.#shown(key)?.getClosestFeatureToCoordinate(at, (feature) => !feature.get('hidden'));
    const [x, y] = nearest?.getGeometry()?.getClosestPoint(at) ?? [Infinity, Infinity];
    const reach = within * (this.map.getView().getResolution() ?? 1);
    return nearest && Math.hypot(x! - at[0]!, y! - at[1]!) <= reach ? nearest : null;
  }

  /** What a layer holds, where it is on, not too fine for this zoom and not seen as tiles. */
  #shown(key: string): VectorSource | null {
    const drawn = this.#drawn.find(({ symbol }) => symbol.key === key);
    return drawn && this.#exact(drawn) ? drawn.loader.source : null;
  }

  /** Room that panels take from the map, in pixels: top, right, bottom, left. */
  padding(padding: number[]): void {
    this.map.getView().padding = padding;
  }

  home(duration = 250): void {
    this.map.getView().fit(this.#home, { padding: [20, 20, 20, 20], duration });
  }

  /** Panels have taken other room: who looks at the whole county goes on doing so. */
  keepWhole(): void {
    if (containsExtent(this.map.getView().calculateExtent(this.map.getSize()), this.#home)) this.home(0);
  }

  zoomTo(parts: readonly (readonly Point[])[], closest = 0.12): void {
    const bounds = boundsOf(parts);
    if (bounds) this.#fit(bounds, closest);
  }

  /** Move so that `at` is well inside the window; nothing happens when it already is. */
  reveal(at: Point): void {
    const view = this.map.getView();
    const window = view.calculateExtent(this.map.getSize());
    const margin = 0.1 * (window[2]! - window[0]!);
    const inside = buffer(window, -margin);
    if (at[0] < inside[0]! || at[0] > inside[2]! || at[1] < inside[1]! || at[1] > inside[3]!) view.animate({ center: [...at], duration: 200 });
  }

  /** Go to what a row of the panel stands for. */
  zoomToGeometry(geometry: Geometry | null): void {
    const shape = geometry && new GeoJSON().readGeometry(geometry);
    if (shape) this.#fit(shape.getExtent(), 0.08);
  }

  /** Go to a place unless it is in sight already, and near enough to be told from its neighbours. */
  showPlace(geometry: Geometry | null): void {
    const shape = geometry && new GeoJSON().readGeometry(geometry);
    if (!shape) return;
    const view = this.map.getView();
    const far = (view.getResolution() ?? 1) > FAR_FROM_A_PLACE;
    if (far || !containsExtent(view.calculateExtent(), shape.getExtent())) this.#fit(shape.getExtent(), 0.12);
  }

  fitExtent(extent: Extent): void {
    this.#fit(extent, 0.08);
  }

  #fit(extent: Extent, closest: number): void {
    const [width = 0, height = 0] = this.map.getSize() ?? [];
    const [top, right, bottom, left] = mapWindow.padding;
    // Beside a panel on a phone little is left: what is looked at takes most of that.
    const [across, up] = [(width - left - right) * MOST_MARGIN, (height - top - bottom) * MOST_MARGIN];
    const padding = [Math.min(70, up), Math.min(70, across), Math.min(90, up), Math.min(70, across)];
    this.map.getView().fit(extent, { padding, minResolution: closest, duration: 250 });
  }

  zoomBy(steps: number): void {
    this.#zoom.by(this.map.getView(), steps);
  }

  /** Who chooses one thing after another with quick clicks does not mean to come nearer. */
  zoomByDoubleClick(active: boolean): void {
    for (const one of this.map.getInteractions().getArray()) if (one instanceof DoubleClickZoom) one.setActive(active);
  }

  northUp(): void {
    this.map.getView().animate({ rotation: 0, duration: 200 });
  }

  centre(): Point {
    const centre = this.map.getView().getCenter() ?? [0, 0];
    return [centre[0]!, centre[1]!];
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.marks.dispose();
    this.map.setTarget(undefined);
    this.map.dispose();
  }
}
