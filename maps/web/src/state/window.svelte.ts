import type { PipeProperties } from '../api/types';
import type { Point } from '../geometry/points';
import type { LoadState } from '../map/boxLoader';

/** What the map window shows at this moment; written by the stage, read by the panels. */
class MapWindow {
  pointer = $state.raw<Point | null>(null);
  pointerLonLat = $state.raw<Point | null>(null);
  resolution = $state(1);
  rotation = $state(0);
  /** Pixels that panels cover: top, right, bottom, left. What the map centres on is the rest. */
  padding = $state.raw<readonly [number, number, number, number]>([0, 0, 0, 0]);
  narrow = $state(false);
  /** The existing pipe under the pointer, and where on the page that is. */
  pipe = $state.raw<{ readonly properties: PipeProperties; readonly x: number; readonly y: number } | null>(null);
  /** Box of the grid that is seen, without what panels cover; null before the map stands. */
  extent = $state.raw<readonly number[] | null>(null);
  /** Layers that are on but too fine for this zoom. */
  tooFar = $state.raw<readonly string[]>([]);
  loads = $state.raw<Readonly<Record<string, LoadState>>>({});
  /** How far the server is with what it makes of layers that are waited for, per cent; null where that is not known. */
  making = $state.raw<number | null>(null);
}

export const mapWindow = new MapWindow();
