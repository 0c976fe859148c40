/** The county's own grid as a projection of OpenLayers; longitude and latitude by our own Krüger series. */

import Projection from 'ol/proj/Projection';
import { addCoordinateTransforms, addProjection, get as getProjection } from 'ol/proj';
import type { GridShape } from '../api/types';
import { gaussKruger, type GaussKruger } from '../geometry/kruger';
import type { Point } from '../geometry/points';

export interface CountyGrid {
  readonly projection: Projection;
  /** Degrees of a place; null for a local grid whose formula the page does not know. */
  readonly toLonLat: (at: Point) => Point | null;
}

export function registerGrid(grid: GridShape): CountyGrid {
  const projection = getProjection(grid.code) ?? new Projection({ code: grid.code, units: 'm', axisOrientation: 'enu', global: false });
  addProjection(projection);
  if (!grid.gauss_kruger || grid.central_meridian === null || grid.false_easting === null) return { projection, toLonLat: () => null };
  const { a, f } = grid.ellipsoid;
  const series: GaussKruger = gaussKruger(a, f, grid.central_meridian, grid.false_easting);
  addCoordinateTransforms(
    'EPSG:4326',
    projection,
    ([lon, lat]) => series.forward(lon!, lat!),
    ([x, y]) => series.inverse(x!, y!),
  );
  return { projection, toLonLat: ([x, y]) => series.inverse(x, y) };
}
