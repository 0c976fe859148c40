/** What is asked of the server about a route as planned, surveyed and laid. */

import { asJson, get, send } from './client';
import type { LineTakenOver, RouteGeometries } from './types';

const path = (route: string, crs: string): string => `/api/collections/routes/items/${encodeURIComponent(route)}/geometries?crs=${encodeURIComponent(crs)}`;

export const routeGeometries = (route: string, crs: string, signal: AbortSignal): Promise<RouteGeometries> => get(path(route, crs), signal);

/** Make a measured line the geometry of its route; `revision` is the one that was looked at. */
export async function takeOver(route: string, body: LineTakenOver, crs: string, revision: number, key: string): Promise<RouteGeometries> {
  const init = asJson(body);
  const headers = { ...init.headers, 'If-Match': `"${revision}"`, 'Idempotency-Key': key };
  return (await (await send(path(route, crs), { ...init, headers })).json()) as RouteGeometries;
}
