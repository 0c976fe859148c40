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
  /** Layers that are on but too fine for this zoom. */
  tooFar = $state.raw<readonly string[]>([]);
  loads = $state.raw<Readonly<Record<string, LoadState>>>({});
}

export const mapWindow = new MapWindow();
