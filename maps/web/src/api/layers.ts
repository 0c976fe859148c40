/** The layers of a visit and back: what the server tells of an edited GeoPackage. */

import { visitPath } from '../visits/papers';
import { asJson, send } from './client';
import type { FaultShape, Geometry } from './types';

export type LayerChangeKind = 'added' | 'deleted' | 'moved' | 'changed' | 'restored';

export interface LayerValue {
  value: unknown;
  zh: string;
  en: string;
}

export interface LayerRowField {
  field: string;
  field_zh: string;
  field_en: string;
  edited: LayerValue;
}

export interface LayerShapes {
  before: Geometry | null;
  edited: Geometry | null;
  now: Geometry | null;
}

export interface LayerChange {
  id: string;
  layer: string;
  stored: string;
  layer_zh: string;
  layer_en: string;
  kind: LayerChangeKind;
  kind_zh: string;
  kind_en: string;
  feature: string;
  name: string | null;
  field: string;
  field_zh: string;
  field_en: string;
  before: LayerValue | null;
  edited: LayerValue | null;
  now: LayerValue | null;
  shapes: LayerShapes;
  place: [number, number] | null;
  moved_m: number | null;
  conflict: boolean;
  copied_from: string;
  revision: number;
  row: LayerRowField[] | null;
  errors: FaultShape[];
}

export interface LayerNamed {
  layer: string;
  named: string;
  layer_zh: string;
  layer_en: string;
}

export interface LayerFieldNamed {
  layer: string;
  field: string;
  named: string;
}

export interface LayerFieldExtra {
  layer: string;
  field: string;
}

export interface LayerUnseen {
  layer: string;
  rows: number;
}

export interface LayerDifferences {
  digest: string;
  visit: string;
  change: number;
  made_at: string;
  changes: LayerChange[];
  counts: Record<string, number>;
  layers: LayerNamed[];
  renamed: LayerFieldNamed[];
  extra: LayerFieldExtra[];
  unknown: string[];
  unseen: LayerUnseen[];
}

export interface LayerWritten {
  layer: string;
  feature: string;
  kind: 'insert' | 'update' | 'delete';
  revision: number | null;
  lines: string[];
}

export interface LayerRefused {
  line: string;
  errors: FaultShape[];
}

export interface RouteFinding {
  id: string;
  severity: string;
  zh: string;
  en: string;
}

export interface RouteJudgement {
  revision: number;
  verdict: string | null;
  verdict_zh?: string;
  verdict_en?: string;
  margin_m?: number | null;
  findings: RouteFinding[];
  errors: FaultShape[];
}

export interface RouteJudgedAgain {
  route: string;
  before: RouteJudgement | null;
  after: RouteJudgement | null;
  came: RouteFinding[];
  went: RouteFinding[];
}

export interface LayersWritten {
  digest: string;
  written: LayerWritten[];
  already: string[];
  refused: LayerRefused[];
  judged: RouteJudgedAgain[];
  not_judged: number;
}

/** A file of a whole town takes a while, on a busy machine longer. */
const PATIENCE_MS = 120_000;

/** What was edited in a file since it was given out; nothing is stored. */
export async function compareLayers(visit: string, file: Blob, crs: string): Promise<LayerDifferences> {
  const init = { method: 'POST', headers: { 'Content-Type': 'application/geopackage+sqlite3' }, body: file };
  return (await (await send(`${visitPath(visit)}/layers?crs=${encodeURIComponent(crs)}`, init, PATIENCE_MS)).json()) as LayerDifferences;
}

/** Write lines of a comparison; the same key writes once, however often it is sent. */
export async function acceptLayers(visit: string, digest: string, lines: readonly string[], file: Blob, key: string): Promise<LayersWritten> {
  const init = asJson({ digest, lines, file: await base64Of(file) });
  const sent = { ...init, headers: { ...init.headers, 'Idempotency-Key': key } };
  return (await (await send(`${visitPath(visit)}/layers/accepted`, sent, PATIENCE_MS)).json()) as LayersWritten;
}

function base64Of(file: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,/, ''));
    reader.onerror = () => reject(reader.error ?? new Error('unreadable'));
    reader.readAsDataURL(file);
  });
}
