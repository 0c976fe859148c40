/** The way of an entry to the server. */

import type { VisitShape } from '../api/types';
import { problemOf } from '../api/client';
import { ProblemError } from '../api/problem';
import type { Carrier, Taken } from './outbox';
import type { Entry, PictureFacts } from './shapes';
import type { Store } from './store';

/** Beside this, a slow network is given a second for so many bytes. */
const PATIENCE_MS = 30_000;
const BYTES_A_SECOND = 12_000;

const pathOf = (visit: string, rest: string): string => `/api/visits/${encodeURIComponent(visit)}/${rest}`;

/** What the server answers, read to its end within the patience. */
async function send<T>(path: string, init: RequestInit, bytes: number): Promise<T> {
  const patience = new AbortController();
  const clock = setTimeout(() => patience.abort(), PATIENCE_MS + (bytes / BYTES_A_SECOND) * 1000);
  try {
    const response = await fetch(path, { ...init, signal: patience.signal, credentials: 'same-origin' });
    if (!response.ok) throw new ProblemError(await problemOf(response));
    return (await response.json()) as T;
  } finally {
    clearTimeout(clock);
  }
}

/** The visit as the office has it now; null where nobody can be asked, which is no trouble on site. */
export async function freshVisit(id: string, crs: string): Promise<VisitShape | null> {
  try {
    const told = await send<VisitShape>(`/api/visits/${encodeURIComponent(id)}?crs=${encodeURIComponent(crs)}`, {}, 0);
    return told.id === id ? told : null;
  } catch {
    return null;
  }
}

/** A network that first asks to sign in answers everything, and all is well by its word. */
const notOurs = (id: string): Error => new TypeError(`not the service's answer for ${id}`);

/** Put one under its own id. */
async function put({ visit, id }: Entry, where: 'surveyed' | 'pictures', init: RequestInit, bytes: number): Promise<void> {
  const told = await send<{ id?: string }>(pathOf(visit, `${where}/${id}`), { ...init, method: 'PUT' }, bytes);
  if (told.id !== id) throw notOurs(id);
}

const JSON_TYPE = { 'Content-Type': 'application/json' };

function factsAsHeaders({ type, taken_at, x, y, accuracy_m }: PictureFacts): Record<string, string> {
  return {
    'Content-Type': type,
    ...(taken_at ? { 'X-Taken-At': taken_at } : {}),
    ...(x !== null && y !== null ? { 'X-Place': [x, y, ...(accuracy_m === null ? [] : [accuracy_m])].join(',') } : {}),
  };
}

export function carrierOf(store: Store): Carrier {
  return {
    entries: async (visit, entries) => {
      const body = JSON.stringify({ entries: entries.map(({ id, kind, data }) => ({ id, kind, data })) });
      const told = await send<{ entries?: Taken[] }>(pathOf(visit, 'entries'), { method: 'POST', headers: JSON_TYPE, body }, body.length);
      if (!Array.isArray(told.entries)) throw notOurs(visit);
      return told.entries;
    },
    surveyed: async (entry) => {
      const body = JSON.stringify(entry.data);
      await put(entry, 'surveyed', { headers: JSON_TYPE, body }, body.length);
    },
    picture: async (entry: Entry) => {
      const picture = await store.picture(entry.id);
      if (entry.kind !== 'picture' || !picture) throw new ProblemError({ status: 410, code: 'device.no_bytes', title: '本机已没有这张图片', title_en: 'the device has this picture no more' });
      await put(entry, 'pictures', { headers: factsAsHeaders(entry.data), body: picture.bytes }, picture.bytes.byteLength);
    },
  };
}

