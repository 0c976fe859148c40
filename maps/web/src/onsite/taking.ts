/** Take a visit along: the visit, and the county around its stops and its ways. */

import * as client from '../api/client';
import type { Feature, FindingCollection, Geometry, PlacedFinding, VisitShape } from '../api/types';
import { boundsOf, type Point } from '../geometry/points';
import { packed, type Packed } from './gzip';
import { PACK_VERSION, type Maker, type Pack, type PackLayers } from './shapes';
import { lengthOf } from './stakeout';

/** Metres around a stop, and around the way between stops. */
const AROUND_STOP = 300;
const AROUND_WAY = 60;
const MOST_A_BOX = 20_000;
/** No stored layer: found by the server, and read by an action of its own. */
export const FINDINGS = 'findings';

export type Box = readonly [number, number, number, number];

const grown = ([west, south, east, north]: Box, by: number): Box => [west - by, south - by, east + by, north + by];
const meets = (a: Box, b: Box): boolean => a[0] <= b[2] && b[0] <= a[2] && a[1] <= b[3] && b[1] <= a[3];
const around = (a: Box, b: Box): Box => [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])];
const area = ([west, south, east, north]: Box): number => (east - west) * (north - south);

/** Boxes that hold all of `boxes`; two become one where that is hardly larger than both. */
export function gathered(boxes: readonly Box[]): Box[] {
  const kept: Box[] = [];
  for (const box of boxes) {
    const at = kept.findIndex((other) => meets(other, box) && area(around(other, box)) <= 1.3 * (area(other) + area(box)));
    if (at < 0) kept.push(box);
    else return gathered([...kept.slice(0, at), around(kept[at]!, box), ...kept.slice(at + 1), ...boxes.slice(boxes.indexOf(box) + 1)]);
  }
  return kept;
}

/** A long way is taken in pieces: its box as a whole would hold half the county. */
function pieces(line: readonly Point[]): Box[] {
  const found: Box[] = [];
  let begun: Point[] = [];
  for (const point of line) {
    begun.push(point);
    if (lengthOf([begun]) < AROUND_STOP) continue;
    found.push(boundsOf([begun])!);
    begun = [point];
  }
  const rest = boundsOf([begun]);
  return (rest ? [...found, rest] : found).map((box) => grown(box, AROUND_WAY));
}

const lineOf = (way: Geometry | null): readonly Point[] => (way?.type === 'LineString' ? way.coordinates : []);

/** Where the visit takes place: around each stop and each item, and along the ways. */
export function boxesOf(visit: VisitShape): Box[] {
  const places = visit.stops.flatMap((stop) => [stop.place, ...stop.items.map(({ place }) => place)]);
  const stops = places.map(([x, y]): Box => grown([x, y, x, y], AROUND_STOP));
  const ways = visit.days.flatMap((day) => day.ways.flatMap((way) => pieces(lineOf(way))));
  return gathered([...stops, ...ways]);
}

/** Whether two states of a visit go to the same places for the same things in the same order. */
export function samePlan(one: VisitShape, other: VisitShape): boolean {
  const plan = ({ stops }: VisitShape): string => JSON.stringify(stops.map(({ id, arrives, items }) => [id, arrives, items.map((item) => item.id)]));
  return plan(one) === plan(other);
}

async function layerIn(layer: string, crs: string, boxes: readonly Box[], signal: AbortSignal): Promise<{ features: Feature[]; more: boolean }> {
  const found = new Map<string, Feature>();
  let more = false;
  for (const box of boxes) {
    const page = await client.items(layer, crs, box, MOST_A_BOX, signal);
    more ||= page.more;
    for (const feature of page.features) found.set(String(feature.id), feature);
  }
  return { features: [...found.values()], more };
}

async function findingsIn(crs: string, boxes: readonly Box[], signal: AbortSignal): Promise<PlacedFinding[]> {
  const found = new Map<string, PlacedFinding>();
  for (const box of boxes) {
    const query = new URLSearchParams({ crs, limit: '1000', bbox: box.map((value) => value.toFixed(3)).join(','), 'bbox-crs': crs });
    let path: string | null = `/api/findings?${query.toString()}`;
    while (path) {
      const page: FindingCollection = await client.get<FindingCollection>(path, signal);
      for (const { geometry, properties } of page.features) found.set(properties.id, { ...properties, geometry });
      path = client.nextOf(page);
    }
  }
  return [...found.values()];
}

export interface Progress {
  readonly layer: string;
  readonly done: number;
  readonly of: number;
}

/** Fetch everything; nothing is stored here, so that what was taken along before stays whole until this is. */
export async function fetchPack(
  id: string,
  readable: (layer: string) => boolean,
  by: Maker,
  now: () => Date,
  tell: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<{ pack: Pack; layers: Packed }> {
  const [county, symbols, known] = await Promise.all([client.county(), client.symbols(), client.collectionIds()]);
  const layers = symbols.layers.map(({ key }) => key).filter((key) => known.includes(key) && readable(key));
  const withFindings = readable(FINDINGS);
  const crs = county.grid.code.startsWith('EPSG:') ? county.grid.code : 'grid';
  const visit = await client.get<VisitShape>(`/api/visits/${encodeURIComponent(id)}?crs=${encodeURIComponent(crs)}`, signal);
  const boxes = boxesOf(visit);
  const features: Record<string, Feature[]> = {};
  const cut: string[] = [];
  const of = layers.length + (withFindings ? 1 : 0);
  for (const [done, layer] of layers.entries()) {
    tell({ layer, done, of });
    const found = await layerIn(layer, crs, boxes, signal);
    features[layer] = found.features;
    if (found.more) cut.push(layer);
  }
  if (withFindings) tell({ layer: FINDINGS, done: layers.length, of });
  const findings = withFindings ? await findingsIn(crs, boxes, signal) : [];
  const bytes = await packed({ features, findings } satisfies PackLayers);
  const pack: Pack = { id, version: PACK_VERSION, visit, county, symbols, crs, cut, takenAt: now().toISOString(), by, bytes: bytes.bytes.byteLength };
  return { pack, layers: bytes };
}
