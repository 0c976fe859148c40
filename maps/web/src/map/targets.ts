/** What the pointer can snap to around it: the segments and points of the loaded layers. */

import type { Extent } from 'ol/extent';
import type Geometry from 'ol/geom/Geometry';
import GeometryCollection from 'ol/geom/GeometryCollection';
import LineString from 'ol/geom/LineString';
import MultiLineString from 'ol/geom/MultiLineString';
import MultiPoint from 'ol/geom/MultiPoint';
import MultiPolygon from 'ol/geom/MultiPolygon';
import PointGeometry from 'ol/geom/Point';
import Polygon from 'ol/geom/Polygon';
import type VectorSource from 'ol/source/Vector';
import type { Line, Point } from '../geometry/points';
import type { Segment } from '../geometry/snapping';

export interface Targets {
  segments: Segment[];
  points: Point[];
}

/** Candidates beyond these are left out: nobody aims at one of a thousand segments under a fingertip. */
const MOST_SEGMENTS = 4000;

/** Add the segments of a line that touch `box`. */
export function addLine(into: Segment[], line: Line, closed: boolean, box: Extent): void {
  for (let i = 1; i < line.length; i += 1) {
    const [a, b] = [line[i - 1]!, line[i]!];
    const outside =
      Math.max(a[0], b[0]) < box[0]! || Math.min(a[0], b[0]) > box[2]! ||
      Math.max(a[1], b[1]) < box[1]! || Math.min(a[1], b[1]) > box[3]!;
    if (outside) continue;
    into.push({ a, b, endsAtA: !closed && i === 1, endsAtB: !closed && i === line.length - 1 });
  }
}

function addGeometry(into: Targets, geometry: Geometry | undefined, box: Extent): void {
  const lines = (parts: number[][][], closed: boolean): void =>
    parts.forEach((part) => addLine(into.segments, part as unknown as Line, closed, box));
  if (geometry instanceof LineString) lines([geometry.getCoordinates()], false);
  else if (geometry instanceof MultiLineString) lines(geometry.getCoordinates(), false);
  else if (geometry instanceof Polygon) lines(geometry.getCoordinates(), true);
  else if (geometry instanceof MultiPolygon) geometry.getCoordinates().forEach((rings) => lines(rings, true));
  else if (geometry instanceof PointGeometry) into.points.push(geometry.getCoordinates() as unknown as Point);
  else if (geometry instanceof MultiPoint) into.points.push(...(geometry.getCoordinates() as unknown as Point[]));
  else if (geometry instanceof GeometryCollection) geometry.getGeometriesArray().forEach((one) => addGeometry(into, one, box));
}

export function targetsIn(sources: readonly VectorSource[], box: Extent, exceptId: string | null): Targets {
  const found: Targets = { segments: [], points: [] };
  for (const source of sources) {
    source.forEachFeatureInExtent(box, (feature) => {
      if (found.segments.length < MOST_SEGMENTS && feature.getId() !== exceptId) addGeometry(found, feature.getGeometry(), box);
    });
  }
  return found;
}
