/** What is asked of the server about chances to share a trench, and the projects that they become. */

import { asJson, asked, caseCommand, get, nextOf, send, uuid } from './client';
import type { CaseCommand, CaseShape, CostSplitShape, JointProjectShape, OpportunitiesIf, OpportunityEvent, OpportunityGone, OpportunityList, OpportunityRow, OpportunityShape, ProjectCommand, SectionAnswer, SpellingShape } from './types';

export interface OpportunitiesPage {
  readonly rows: OpportunityRow[];
  readonly total: number;
  readonly spellings: SpellingShape[];
  /** Path of the page after this one; null after the last. */
  readonly next: string | null;
}

const OPPORTUNITIES_PAGE = 2000;

/** Chances to share a trench, the best first; `path` is the `next` of the page before. */
export async function opportunities(crs: string, path: string | null, signal: AbortSignal): Promise<OpportunitiesPage> {
  const query = new URLSearchParams({ crs, limit: String(OPPORTUNITIES_PAGE) });
  const page = await get<OpportunityList>(path ?? `/api/opportunities?${query.toString()}`, signal);
  return { rows: page.opportunities, total: page.counts.matched, spellings: page.spellings, next: nextOf(page) };
}

/** The chance that a case is the joint project of; null: the case is none, or the plans have changed since. */
export const chanceOf = async (id: string, crs: string, signal: AbortSignal): Promise<OpportunityRow | null> =>
  (await get<OpportunityList>(`/api/opportunities?${new URLSearchParams({ crs, case: id }).toString()}`, signal)).opportunities[0] ?? null;

/** What stands for all chances and all that was said of them: another one where anything has changed. `quiet`: nobody is asked to sign in for it. */
export async function opportunitiesTag(crs: string, quiet: boolean): Promise<string | null> {
  const path = `/api/opportunities?${new URLSearchParams({ crs, limit: '1' }).toString()}`;
  return (await asked(path, quiet)).headers.get('ETag');
}

/** Where chances are as a file: those that the server finds for the same filter, in the same order. */
export const opportunitiesFile = (format: 'gpkg' | 'xlsx' | 'csv' | 'pdf', language: string, asked: Readonly<Record<string, string>>): string =>
  `/api/opportunities/file?${new URLSearchParams({ ...asked, f: format, language }).toString()}`;

const opportunityPath = (id: string): string => `/api/opportunities/${encodeURIComponent(id)}`;

export const opportunity = (id: string, crs: string): Promise<OpportunityShape | OpportunityGone> => get(`${opportunityPath(id)}?crs=${encodeURIComponent(crs)}`);

export const opportunitySplit = (id: string): Promise<CostSplitShape> => get(`${opportunityPath(id)}/split`);

export const opportunityEvents = async (id: string, signal: AbortSignal): Promise<OpportunityEvent[]> => (await get<{ events: OpportunityEvent[] }>(`${opportunityPath(id)}/events`, signal)).events;

/** Say yes or no, propose, withdraw …; refused with what is possible where it cannot be. */
export async function actOnOpportunity(id: string, crs: string, body: CaseCommand): Promise<OpportunityShape | OpportunityGone> {
  const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': uuid() };
  const response = await send(`${opportunityPath(id)}/commands?crs=${encodeURIComponent(crs)}`, { method: 'POST', headers, body: JSON.stringify(body) });
  return (await response.json()) as OpportunityShape | OpportunityGone;
}

/** An agreed chance as one project; `lead`: key of the party that leads, empty: who was named, else who has most metres. */
export const jointProject = (id: string, lead: string, signal: AbortSignal): Promise<JointProjectShape> => get(`${opportunityPath(id)}/project?lead=${encodeURIComponent(lead)}`, signal);

/** Carry out a command in all parts of a project that are ready for it, all or none; its case after it. */
export const actOnProject = (id: string, body: ProjectCommand): Promise<CaseShape> => caseCommand(`${opportunityPath(id)}/project/commands`, body);

/** The section of a chance, as the server would dig it. */
export const opportunitySection = (id: string, language: string, signal: AbortSignal): Promise<SectionAnswer> => get(`${opportunityPath(id)}/section?language=${language}`, signal);

/** The chances of some routes as they would be with other dates; nothing is stored. */
export async function tryDates(windows: Readonly<Record<string, { start: string; end: string }>>, crs: string, signal: AbortSignal): Promise<OpportunitiesIf> {
  return (await (await send('/api/opportunities/what-if', { ...asJson({ windows, crs }), signal })).json()) as OpportunitiesIf;
}
