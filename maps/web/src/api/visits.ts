/** What is asked of the server about visits. */

import { dueOf, TO_COME } from '../visits/due';
import { visitPath } from '../visits/papers';
import { asJson, caseList, get, getUnlessKnown, send } from './client';
import type { CaseCommand, CaseEvent, CaseRow, Feature, FeatureCollection, PlanAsked, VisitList, VisitMinutesAsked, VisitMinutesShape, VisitPicture, VisitProposal, VisitRow, VisitShape } from './types';

const inGrid = (crs: string): string => `crs=${encodeURIComponent(crs)}`;

/** The visits that are on the list, unless they are as the reader has them; `quiet`: nobody is asked to sign in for it. */
export const visits = (query: string, tag: string | null, quiet: boolean): Promise<{ body: VisitList; tag: string | null } | null> => getUnlessKnown(`/api/visits?${query}`, tag, quiet);

export const visit = (id: string, crs: string, tag: string | null, quiet: boolean): Promise<{ body: VisitShape; tag: string | null } | null> => getUnlessKnown(`${visitPath(id)}?${inGrid(crs)}`, tag, quiet);

/** Two hundred stops are put in order, and many photos into minutes, in less; on a busy machine not in much less. */
const PATIENCE_MS = 120_000;
const MOST_CASES = 2000;
const MOST_VISITS = 1000;

/** All cases that one may see, the most pressing first. */
async function cases(): Promise<CaseRow[]> {
  const rows: CaseRow[] = [];
  let path: string | null = '/api/cases?order=pressing&limit=200';
  while (path !== null && rows.length < MOST_CASES) {
    const told: Awaited<ReturnType<typeof caseList>> = await caseList(path, null, false);
    rows.push(...(told?.page.cases ?? []));
    path = told?.next ?? null;
  }
  return rows;
}

/** Cases that wait for the survey, with their clocks; `changed`: also those of a visit that is planned otherwise. */
export async function dueCases(changed: string | null): Promise<CaseRow[]> {
  const query = new URLSearchParams({ state: TO_COME.join(','), limit: String(MOST_VISITS) });
  const [rows, planned] = await Promise.all([cases(), get<VisitList>(`/api/visits?${query.toString()}`)]);
  return dueOf(rows, planned.visits, changed);
}

/** A visit as it would be planned; nothing is stored. */
export async function proposeVisit(asked: PlanAsked, signal: AbortSignal): Promise<VisitProposal> {
  return (await (await send('/api/visits/proposals', { ...asJson(asked), signal }, PATIENCE_MS)).json()) as VisitProposal;
}

async function told(response: Response): Promise<VisitShape> {
  return (await response.json()) as VisitShape;
}

/** The visits that see a case, the latest first. */
export const visitsOf = async (id: string, signal: AbortSignal): Promise<VisitRow[]> => (await get<VisitList>(`/api/visits?case=${encodeURIComponent(id)}`, signal)).visits;

/** The same key plans one visit, however often it is sent. */
export async function planVisit(asked: PlanAsked, actor: CaseCommand['actor'] | undefined, key: string): Promise<VisitShape> {
  const init = asJson({ ...asked, ...(actor ? { actor } : {}) });
  return told(await send('/api/visits', { ...init, headers: { ...init.headers, 'Idempotency-Key': key } }, PATIENCE_MS));
}

/** A command on a visit; `cases`: it is entered in its cases as well. */
export interface VisitCommand extends Omit<CaseCommand, 'actor'> {
  id: string;
  actor?: CaseCommand['actor'];
  cases?: boolean;
}

/** Invite, change, cancel, say who came; refused with what is possible where it cannot be. */
export async function actOnVisit(id: string, crs: string, body: VisitCommand): Promise<VisitShape> {
  return told(await send(`${visitPath(id)}/commands?${inGrid(crs)}`, asJson(body), PATIENCE_MS));
}

export async function visitEvents(id: string): Promise<CaseEvent[]> {
  return (await get<{ events: CaseEvent[] }>(`${visitPath(id)}/events`)).events;
}

export const visitMinutes = (id: string, signal: AbortSignal): Promise<VisitMinutesShape> => get(`${visitPath(id)}/minutes`, signal);

/** Issue the minutes; the same key issues them once, however often it is sent. */
export async function issueMinutes(id: string, body: VisitMinutesAsked & { actor?: CaseCommand['actor'] }, key: string): Promise<VisitMinutesShape> {
  const init = asJson(body);
  return (await (await send(`${visitPath(id)}/minutes`, { ...init, headers: { ...init.headers, 'Idempotency-Key': key } }, PATIENCE_MS)).json()) as VisitMinutesShape;
}

/** The photos and signatures that have arrived. */
export const visitPictures = async (id: string): Promise<VisitPicture[]> => (await get<{ pictures: VisitPicture[] }>(`${visitPath(id)}/pictures`)).pictures;

/** What of a layer bears a text in its id or name. */
export async function named(layer: 'routes' | 'sites', text: string, crs: string, most: number, signal: AbortSignal): Promise<Feature[]> {
  const query = new URLSearchParams({ crs, q: text.slice(0, 200), limit: String(most) });
  return (await get<FeatureCollection>(`/api/collections/${layer}/items?${query.toString()}`, signal)).features;
}
