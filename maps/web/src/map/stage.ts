/** The map of the window: the county's layers below, the sketch above, the pen in between. */

import { buffer, containsExtent, type Extent } from 'ol/extent';
import type Feature from 'ol/Feature';
import GeoJSON from 'ol/format/GeoJSON';
import { defaults as defaultInteractions } from 'ol/interaction/defaults';
import DoubleClickZoom from 'ol/interaction/DoubleClickZoom';
import VectorLayer from 'ol/layer/Vector';
import Map from 'ol/Map';
import type VectorSource from 'ol/source/Vector';
import View from 'ol/View';
import type { County, Geometry, LayerSymbol, PipeProperties, Symbols } from '../api/types';
import { boundsOf, type Point } from '../geometry/points';
import { mapWindow } from '../state/window.svelte';
import { BoxLoader, type LoadState } from './boxLoader';
import { FindingMarks } from './findingMarks';
import { registerGrid, type CountyGrid } from './grid';
import { LayerMarks } from './layerMarks';
import { nameLayers } from './names';
import { OpportunityMarks } from './opportunityMarks';
import { Pen, type PenHost } from './pen';
import { Sketch } from './sketch';
import { StageMarks } from './stageMarks';
import { StretchMarks } from './stretchMarks';
import { styleOf } from './symbolise';
import { targetsIn, type Targets } from './targets';
import { VisitMarks } from './visitMarks';

/** Metres a pixel: from the whole county on a phone down to a hand's breadth. */
const FINEST = 0.02;
const COARSEST = 60;
/** Layers without a limit of their own are not fetched beyond this. */
const COARSEST_DATA = 40;
const SETTLE_MS = 90;
/** Pixels around an existing pipe within which the pointer asks for it. */
const HOVER_PX = 5;
/** Metres a pixel beyond which a place of a metre is no more than a dot among dots. */
const FAR_FROM_A_PLACE = 0.6;
/** Share of the free part of the window that stays free on each side of what is looked at. */
const MOST_MARGIN = 0.15;


interface Drawn {
  readonly symbol: LayerSymbol;
  readonly loader: BoxLoader;
  readonly layer: VectorLayer;
}

/** A window for a county without any feature yet: on the central meridian, in the middle of China. */
function nowhere(county: County): Extent {
  const middle = county.grid.false_easting ?? 500_000;
  return [middle - 5000, 3_600_000, middle + 5000, 3_610_000];
}

export class Stage {
  readonly map: Map;
  readonly sketch: Sketch;
  readonly marks = new FindingMarks();
  readonly stretches = new StretchMarks();
  readonly chances = new OpportunityMarks();
  readonly visits = new VisitMarks();
  readonly stages = new StageMarks();
  readonly edits = new LayerMarks();
  #grid: CountyGrid;
  #drawn: Drawn[];
  #visible: Readonly<Record<string, boolean>> = {};
  #timer: ReturnType<typeof setTimeout> | undefined;
  #home: Extent;
  /** What is written on the map, above everything of the county. */
  #names: VectorLayer[];

  constructor(target: HTMLElement, county: County, symbols: Symbols, layers: readonly LayerSymbol[], host: PenHost) {
    this.#grid = registerGrid(county.grid);
    this.#home = county.bbox_grid ?? nowhere(county);
    this.sketch = new Sketch(symbols);
    this.#drawn = layers.map((symbol, order) => this.#layer(symbol, symbols, county.grid.code, order));
    this.#names = this.#drawn.flatMap(({ symbol, loader }) => nameLayers(symbol, symbols, loader.source));
    const routesAt = this.#drawn.find(({ symbol }) => symbol.key === 'routes')?.layer.getZIndex() ?? 0;
    this.marks.lieUnder(routesAt);
    this.chances.lieUnder(routesAt);
    const room = buffer(this.#home, 6000);
    this.map = new Map({
      target,
      controls: [],
      interactions: defaultInteractions({ onFocusOnly: false }),
      layers: [...this.#drawn.map(({ layer }) => layer), ...this.#names, this.sketch.countedLayer, this.sketch.draftLayer, this.sketch.conflictLayer, ...this.chances.layers, ...this.marks.layers, ...this.stretches.layers, ...this.visits.layers, ...this.stages.layers, ...this.edits.layers],
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

  #layer(symbol: LayerSymbol, symbols: Symbols, crs: string, order: number): Drawn {
    const loader = new BoxLoader(symbol.key, crs, () => this.#tellLoads());
    const layer = new VectorLayer({
      source: loader.source,
      style: styleOf(symbol, symbols),
      zIndex: order * 10,
      // What lies in the ground already steps back behind what is planned.
      opacity: symbol.opacity ?? (symbol.key === 'pipes' ? 0.7 : 1),
      maxResolution: symbol.max_resolution ?? COARSEST_DATA,
      renderBuffer: 60,
      updateWhileAnimating: true,
      updateWhileInteracting: true,
      properties: { key: symbol.key },
    });
    return { symbol, loader, layer };
  }

  /** Where the pointer is, for the readout. */
  point(at: Point | null): void {
    mapWindow.pointer = at;
    mapWindow.pointerLonLat = at ? this.#grid.toLonLat(at) : null;
  }

  show(visible: Readonly<Record<string, boolean>>): void {
    this.#visible = { ...visible };
    for (const { symbol, layer } of this.#drawn) layer.setVisible(visible[symbol.key] ?? true);
    for (const names of this.#names) names.setVisible(visible[names.get('names') as string] ?? true);
    this.#moved();
  }

  loader(key: string): BoxLoader | undefined {
    return this.#drawn.find(({ symbol }) => symbol.key === key)?.loader;
  }

  #watch(): void {
    const view = this.map.getView();
    mapWindow.resolution = view.getResolution() ?? 1;
    mapWindow.rotation = view.getRotation();
    mapWindow.tooFar = this.#drawn.filter((drawn) => this.#on(drawn) && !this.#inReach(drawn)).map(({ symbol }) => symbol.key);
  }

  #on = ({ symbol }: Drawn): boolean => this.#visible[symbol.key] ?? true;
  #inReach = ({ symbol }: Drawn): boolean => (this.map.getView().getResolution() ?? 1) < (symbol.max_resolution ?? COARSEST_DATA);

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
    for (const drawn of this.#drawn) {
      if (this.#on(drawn) && this.#inReach(drawn)) void drawn.loader.show(window);
    }
  }

  /** Fetch one layer of the window again: somebody else may have changed it. */
  reload(key: string): void {
    const size = this.map.getSize();
    if (size) void this.loader(key)?.show(this.map.getView().calculateExtent(size), true);
  }

  #tellLoads(): void {
    mapWindow.loads = Object.fromEntries(this.#drawn.map(({ symbol, loader }): [string, LoadState] => [symbol.key, loader.state]));
  }

  targets(cursor: Point, reach: number, exceptId: string | null): Targets {
    const box = buffer([cursor[0], cursor[1], cursor[0], cursor[1]], reach);
    const near = this.#drawn.filter((drawn) => this.#on(drawn) && this.#inReach(drawn));
    return targetsIn(near.map(({ loader }) => loader.source), box, exceptId);
  }

  /** The id of the planned route under a pixel, the nearest drawn on top. */
  routeAt(pixel: number[]): string | null {
    const hit = this.map.forEachFeatureAtPixel(pixel, (feature) => feature.getId(), {
      layerFilter: (layer) => layer.get('key') === 'routes',
      hitTolerance: 6,
    });
    return hit === undefined ? null : String(hit);
  }

  /** What the server says of the existing pipe under a pixel; null where there is none. */
  pipeAt(pixel: number[]): PipeProperties | null {
    const nearest = this.#lineAt(pixel, 'pipes');
    return nearest && { ...nearest.getProperties(), id: String(nearest.getId()) };
  }

  /** The planned route under a pixel, else the site; null where there is neither. */
  workAt(pixel: number[]): { readonly list: 'routes' | 'sites'; readonly id: string } | null {
    const line = this.#lineAt(pixel, 'routes');
    if (line) return { list: 'routes', id: String(line.getId()) };
    const site = this.#shown('sites')?.getFeaturesAtCoordinate(this.map.getCoordinateFromPixel(pixel))[0];
    return site ? { list: 'sites', id: String(site.getId()) } : null;
  }

  /** The line of a layer that is under a pixel. By distance: reading the canvas back at every move is slow. */
  #lineAt(pixel: number[], key: string): Feature | null {
    const at = this.map.getCoordinateFromPixel(pixel);
    const nearest = at && this.#shown(key)?.getClosestFeatureToCoordinate(at);
    const [x, y] = nearest?.getGeometry()?.getClosestPoint(at) ?? [Infinity, Infinity];
    const reach = HOVER_PX * (this.map.getView().getResolution() ?? 1);
    return nearest && Math.hypot(x! - at[0]!, y! - at[1]!) <= reach ? nearest : null;
  }

  /** What a layer holds, where it is on and not too fine for this zoom. */
  #shown(key: string): VectorSource | null {
    const drawn = this.#drawn.find(({ symbol }) => symbol.key === key);
    return drawn && this.#on(drawn) && this.#inReach(drawn) ? drawn.loader.source : null;
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
    const view = this.map.getView();
    view.animate({ zoom: (view.getZoom() ?? 0) + steps, duration: 150 });
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
