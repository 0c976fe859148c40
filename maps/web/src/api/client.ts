/** The one place that speaks HTTP; its neighbours ask through it. Every path is relative to the server the page came from. */

import { joined } from '../format/bytes';
import { ProblemError, UnreachableError } from './problem';
import type { Acceptance, Assessment, CaseCommand, CaseEvent, CaseList, CaseShape, County, Department, Feature, FeatureCollection, FiguresAnswer, FindingCollection, OperatorStanding, PlacedFinding, PrintChoices, PrintRequest, Problem, ProjectCommand, RouteProperties, SectionAnswer, SectionPaper, SectionRequest, SessionShape, Symbols, VectorTiles } from './types';

const PATIENCE_MS = 20_000;

/** A route as the server keeps it, with the revision that a change must name. */
export interface Stored {
  readonly feature: Feature<RouteProperties>;
  readonly etag: string;
}

/** `crypto.randomUUID` is missing on plain HTTP (other than localhost); random bytes are not. */
export function uuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

export async function problemOf(response: Response): Promise<Problem> {
  try {
    const body: unknown = await response.json();
    if (typeof body === 'object' && body !== null) return { status: response.status, ...(body as object) };
  } catch {
    // Not JSON: a proxy's page, or nothing. The status says enough.
  }
  return { status: response.status, title: response.statusText };
}

/** Who was at the page when a request was sent, null: nobody signed in; `entries`: how often somebody had come or gone by then. */
export interface Sender {
  readonly who: string | null;
  readonly entries: number;
}

/** Who is called when the server no longer knows who asks, or refuses this one; set by the session. */
export const door: {
  sender?: () => Sender;
  /** True: somebody has signed in, and the request may go again. */
  signedOut?: (method: string, sender: Sender) => Promise<boolean>;
  refused?: () => void;
} = {};

const isRefused = (error: unknown, status: number): boolean =>
  error instanceof ProblemError && error.status === status && (error.problem.code ?? '').startsWith('permission.');

export async function send(path: string, init: RequestInit = {}, patienceMs = PATIENCE_MS): Promise<Response> {
  const sender = door.sender?.() ?? { who: null, entries: 0 };
  try {
    return await sendOnce(path, init, patienceMs);
  } catch (error) {
    if (isRefused(error, 403)) door.refused?.();
    if (!isRefused(error, 401) || init.signal?.aborted || !(await door.signedOut?.(init.method ?? 'GET', sender))) throw error;
    return sendOnce(path, init, patienceMs);
  }
}

/** Chromium gives such an answer an empty body, and lets nobody make one with it. */
const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 205]);

/** The answer with all of it here, so that one that stalls or is wanted no more is none; `heard` is called at every piece. */
async function whole(response: Response, heard: () => void): Promise<Response> {
  if (!response.body || WITHOUT_BODY.has(response.status)) return response;
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  const reader = response.body.getReader();
  for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
    heard();
    pieces.push(value!);
  }
  const { status, statusText, headers } = response;
  return new Response(joined(pieces), { status, statusText, headers });
}

async function sendOnce(path: string, init: RequestInit, patienceMs = PATIENCE_MS): Promise<Response> {
  const patience = new AbortController();
  let clock: ReturnType<typeof setTimeout> | undefined;
  const wait = (): void => {
    clearTimeout(clock);
    clock = setTimeout(() => patience.abort(), patienceMs);
  };
  wait();
  const onAbort = (): void => patience.abort();
  init.signal?.addEventListener('abort', onAbort);
  try {
    const response = await fetch(path, { ...init, signal: patience.signal, credentials: 'same-origin' });
    if (!response.ok) throw new ProblemError(await problemOf(response));
    return await whole(response, wait);
  } catch (error) {
    if (error instanceof ProblemError || init.signal?.aborted) throw error;
    throw new UnreachableError(patience.signal.aborted);
  } finally {
    clearTimeout(clock);
    init.signal?.removeEventListener('abort', onAbort);
  }
}

/** What lies under a path; `quiet`: nobody is asked to sign in for it. */
export function asked(path: string, quiet: boolean): Promise<Response> {
  const init = { headers: { Accept: 'application/json' } };
  return quiet ? sendOnce(path, init) : send(path, init);
}

export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response = await send(path, { headers: { Accept: 'application/json' }, ...(signal ? { signal } : {}) });
  return (await response.json()) as T;
}

export const session = (): Promise<SessionShape> => get('/api/session');

export const asJson = (body: unknown): RequestInit => ({ method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });

export async function signIn(name: string, password: string): Promise<SessionShape> {
  return (await (await send('/api/session', asJson({ name, password }))).json()) as SessionShape;
}

export async function signOut(): Promise<void> {
  await send('/api/session', { method: 'DELETE' });
}

/** Other sessions of the account are closed. */
export async function changePassword(old: string, fresh: string): Promise<void> {
  await send('/api/session/password', asJson({ old, new: fresh }));
}

export const county = (): Promise<County> => get('/api/county');
export const symbols = (): Promise<Symbols> => get('/api/symbols');

export async function collectionIds(): Promise<string[]> {
  const listed = await get<{ collections: { id: string }[] }>('/api/collections');
  return listed.collections.map((collection) => collection.id);
}

/** The vector tiles of the county's grid, and how many features of each layer there are. */
export async function vectorTiles(): Promise<VectorTiles> {
  const path = '/api/tiles/grid';
  const [{ tilesets }, said] = await Promise.all([
    get<{ tilesets: { layers: { id: string; features: number }[] }[] }>('/api/tiles'),
    get<{ origin_grid: [number, number]; tileMatrices: { id: string; cellSize: number }[] }>(path),
  ]);
  return {
    path,
    origin: said.origin_grid,
    zooms: said.tileMatrices.map(({ id, cellSize }) => ({ zoom: Number(id), pixelM: cellSize })),
    features: Object.fromEntries((tilesets[0]?.layers ?? []).map((layer) => [layer.id, layer.features])),
  };
}

export const tile = async (path: string): Promise<ArrayBuffer> => (await send(path)).arrayBuffer();

export async function assess(
  feature: Feature<RouteProperties>,
  crs: string,
  signal: AbortSignal,
  { moving = false, policy }: { moving?: boolean; policy?: string } = {},
): Promise<Assessment> {
  const response = await send('/api/assessments', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ route: feature, crs, ...(moving ? { moving } : {}), ...(policy ? { policy } : {}) }),
    signal,
  });
  return (await response.json()) as Assessment;
}

/** The next page's path on this server; whatever host the link names, only its path and query are followed. */
export function nextOf(page: Pick<FeatureCollection, 'links'>): string | null {
  const href = page.links?.find((link) => link.rel === 'next')?.href;
  if (!href) return null;
  const url = new URL(href, location.href);
  return `${url.pathname}${url.search}`;
}

export interface Page {
  readonly features: Feature[];
  /** Whether more lay beyond the bound. */
  readonly more: boolean;
}

const PAGE = 2000;

/** Features of a layer in a box of the grid, at most `most` of them, page after page. */
export async function items(
  layer: string,
  crs: string,
  box: readonly number[] | null,
  most: number,
  signal?: AbortSignal,
): Promise<Page> {
  const query = new URLSearchParams({ crs, limit: String(Math.min(PAGE, most)) });
  if (box) {
    query.set('bbox', box.map((value) => value.toFixed(3)).join(','));
    query.set('bbox-crs', crs);
  }
  const features: Feature[] = [];
  let path: string | null = `/api/collections/${layer}/items?${query.toString()}`;
  while (path && features.length < most) {
    const page: FeatureCollection = await get<FeatureCollection>(path, signal);
    features.push(...page.features);
    path = nextOf(page);
  }
  return { features, more: path !== null };
}

/** Routes whose id or name holds `text`; the server's own search, for counties larger than a list. */
export async function findRoutes(text: string, crs: string, most: number): Promise<Feature<RouteProperties>[]> {
  const query = new URLSearchParams({ crs, q: text.slice(0, 200), limit: String(most) });
  const page = await get<FeatureCollection>(`/api/collections/routes/items?${query.toString()}`);
  return page.features as Feature<RouteProperties>[];
}

const itemPath = (id: string, crs: string): string =>
  `/api/collections/routes/items/${encodeURIComponent(id)}?crs=${encodeURIComponent(crs)}`;

export const etagOf = (feature: Feature): string => `"${String(feature.properties.revision ?? '')}"`;

async function stored(response: Response): Promise<Stored> {
  const feature = (await response.json()) as Feature<RouteProperties>;
  return { feature, etag: response.headers.get('ETag') ?? etagOf(feature) };
}

export async function route(id: string, crs: string): Promise<Stored> {
  return stored(await send(itemPath(id, crs), { headers: { Accept: 'application/geo+json' } }));
}

const writing = (crs: string, key: string, etag?: string): Record<string, string> => ({
  'Content-Type': 'application/geo+json',
  'Content-Crs': `<${crs}>`,
  Prefer: 'return=representation',
  'Idempotency-Key': key,
  ...(etag ? { 'If-Match': etag } : {}),
});

async function written(response: Response, crs: string, id: string | null): Promise<Stored> {
  if (response.headers.get('Content-Type')?.includes('json')) return stored(response);
  const place = response.headers.get('Location')?.split('?')[0]?.split('/').at(-1);
  return route(place ? decodeURIComponent(place) : id!, crs);
}

export async function createRoute(feature: Feature<RouteProperties>, crs: string, key: string): Promise<Stored> {
  const path = `/api/collections/routes/items?crs=${encodeURIComponent(crs)}`;
  const response = await send(path, { method: 'POST', headers: writing(crs, key), body: JSON.stringify(feature) });
  return written(response, crs, feature.id === undefined ? null : String(feature.id));
}

export async function replaceRoute(
  id: string,
  feature: Feature<RouteProperties>,
  crs: string,
  etag: string,
  key: string,
): Promise<Stored> {
  const init = { method: 'PUT', headers: writing(crs, key, etag), body: JSON.stringify(feature) };
  return written(await send(itemPath(id, crs), init), crs, id);
}

/** Give a route another window and leave everything else of it as it is. */
export async function redateRoute(id: string, window: { start: string; end: string }, crs: string, etag: string, key: string): Promise<Stored> {
  const init = { method: 'PATCH', headers: writing(crs, key, etag), body: JSON.stringify({ type: 'Feature', properties: window }) };
  return written(await send(itemPath(id, crs), init), crs, id);
}

export async function deleteRoute(id: string, crs: string, etag: string): Promise<void> {
  await send(itemPath(id, crs), { method: 'DELETE', headers: { 'If-Match': etag } });
}

export interface FindingsPage {
  readonly findings: PlacedFinding[];
  readonly total: number;
  /** Path of the page after this one; null after the last. */
  readonly next: string | null;
}

const FINDINGS_PAGE = 1000;

/** Findings of the county, the gravest first; `path` is the `next` of the page before. */
export async function findings(crs: string, path: string | null, signal: AbortSignal): Promise<FindingsPage> {
  const query = new URLSearchParams({ crs, limit: String(FINDINGS_PAGE) });
  const page = await get<FindingCollection>(path ?? `/api/findings?${query.toString()}`, signal);
  const placed = page.features.map(({ geometry, properties }): PlacedFinding => ({ ...properties, geometry }));
  return { findings: placed, total: page.numberMatched, next: nextOf(page) };
}

const acceptancePath = (id: string): string => `/api/findings/${encodeURIComponent(id)}/acceptance`;

/** Let a finding stand as it was seen; refused with 409 where its facts are others by now. */
export async function acceptFinding({ id, facts }: PlacedFinding, reason: string, who: string): Promise<Acceptance> {
  const response = await send(acceptancePath(id), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': uuid() },
    body: JSON.stringify({ reason, facts, ...(who ? { who } : {}) }),
  });
  return (await response.json()) as Acceptance;
}

export async function withdrawAcceptance({ id }: PlacedFinding, who: string): Promise<void> {
  const query = who ? `?who=${encodeURIComponent(who)}` : '';
  await send(`${acceptancePath(id)}${query}`, { method: 'DELETE', headers: { 'Idempotency-Key': uuid() } });
}

const askSection = (request: SectionRequest, query: string, signal?: AbortSignal): Promise<Response> =>
  send(`/api/sections${query}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(request),
    ...(signal ? { signal } : {}),
  });

/** The narrowest section of some lines, with its drawing. */
export async function section(request: SectionRequest, signal: AbortSignal): Promise<SectionAnswer> {
  const response = await askSection(request, '', signal);
  return (await response.json()) as SectionAnswer;
}

/** The same section on paper, as PDF. */
export async function sectionPaper(request: SectionRequest, paper: SectionPaper): Promise<Blob> {
  const response = await askSection(request, `?f=pdf&paper=${paper}`);
  return response.blob();
}

/** A page of a work list with its tag and the path of the next one; null: it is as the reader has it. */
export async function caseList(path: string, tag: string | null, quiet: boolean): Promise<{ page: CaseList; next: string | null; tag: string | null } | null> {
  const told = await getUnlessKnown<CaseList>(path, tag, quiet);
  return told && { page: told.body, next: nextOf(told.body), tag: told.tag };
}

/** What is there under a path, with its tag; null where it is what the reader has. `quiet`: nobody is asked to sign in for it. */
export async function getUnlessKnown<T>(path: string, tag: string | null, quiet: boolean): Promise<{ body: T; tag: string | null } | null> {
  // The browser itself asks with the tag that it has, and gives its own copy of what has not changed.
  const response = await asked(path, quiet);
  const told = response.headers.get('ETag');
  if (tag !== null && told === tag) return null;
  return { body: (await response.json()) as T, tag: told };
}

export const printChoices = (): Promise<PrintChoices> => get('/api/maps/print');

export interface MapPrint {
  readonly file: Blob;
  readonly sheets: number;
}

/** A print of two dozen sheets takes a busy office machine its time. */
const PRINT_PATIENCE_MS = 120_000;

/** A part of the map on paper, or the first page of it as a picture. */
export async function printMap(request: PrintRequest, kind: 'pdf' | 'png'): Promise<MapPrint> {
  const response = await send(`/api/maps/print?f=${kind}`, asJson(request), PRINT_PATIENCE_MS);
  return { file: await response.blob(), sheets: Number(response.headers.get('X-Sheets') ?? 1) };
}

const casePath = (id: string): string => `/api/cases/${encodeURIComponent(id)}`;

export const theCase = (id: string): Promise<CaseShape> => get(casePath(id));

/** The case, unless it is as the reader has it; nobody is asked to sign in for it. */
export const theCaseAnew = (id: string, tag: string | null): Promise<{ body: CaseShape; tag: string | null } | null> => getUnlessKnown(casePath(id), tag, true);

export async function caseEvents(id: string): Promise<CaseEvent[]> {
  return (await get<{ events: CaseEvent[] }>(`${casePath(id)}/events`)).events;
}

/** A command on one case or on all of a project; the case after it. */
export async function caseCommand(path: string, body: CaseCommand | ProjectCommand): Promise<CaseShape> {
  const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': uuid() };
  return (await (await send(path, { method: 'POST', headers, body: JSON.stringify(body) })).json()) as CaseShape;
}

export const beginCase = (body: CaseCommand): Promise<CaseShape> => caseCommand('/api/cases', body);

/** Carry out a command on a case; refused with the clause and what is possible where it cannot be. */
export const actOnCase = (id: string, body: CaseCommand): Promise<CaseShape> => caseCommand(`${casePath(id)}/commands`, body);

/** How operators have kept what they committed to; those of whom anything is recorded. */
export const standings = async (): Promise<OperatorStanding[]> => (await get<{ standings: OperatorStanding[] }>('/api/standings')).standings;

/** Take a step of the ladder; refused with the clause and what is possible where it cannot be taken. */
export async function actOnStanding(operator: string, body: CaseCommand): Promise<void> {
  const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': uuid() };
  await send(`/api/standings/${encodeURIComponent(operator)}/commands`, { method: 'POST', headers, body: JSON.stringify(body) });
}

export const figures = (): Promise<FiguresAnswer> => get('/api/figures');

/** The departments that a policy's document names. */
export async function departments(policy: string): Promise<Department[]> {
  const { departments: named } = await get<{ departments: Department[] }>(`/api/policies/${encodeURIComponent(policy)}`);
  return named.filter((one) => one.kind === 'authority' || one.kind === 'window');
}
