/** What is asked of the server about joint programmes. */

import { asJson, get, send, uuid } from './client';
import type { ProgrammeComparison, ProgrammeRequest, ProgrammeRow, ProgrammeShape } from './types';

export const programmes = async (): Promise<ProgrammeRow[]> => (await get<{ programmes: ProgrammeRow[] }>('/api/programmes')).programmes;

const programmePath = (id: string): string => `/api/programmes/${encodeURIComponent(id)}`;

export const programme = (id: string): Promise<ProgrammeShape> => get(programmePath(id));

export async function planProgramme(request: ProgrammeRequest): Promise<ProgrammeRow> {
  const init = asJson(request);
  return (await (await send('/api/programmes', { ...init, headers: { ...init.headers, 'Idempotency-Key': uuid() } })).json()) as ProgrammeRow;
}

/** Let the planning end with the best so far. */
export async function stopProgramme(id: string): Promise<void> {
  await send(`${programmePath(id)}/stop`, { method: 'POST' });
}

export async function dropProgramme(id: string): Promise<void> {
  await send(programmePath(id), { method: 'DELETE' });
}

export const compareProgrammes = (id: string, other: string): Promise<ProgrammeComparison> => get(`${programmePath(id)}/comparison?with=${encodeURIComponent(other)}`);

/** Where a programme is as a file. */
export const programmeFile = (id: string, format: 'gpkg' | 'xlsx' | 'pdf', language: string): string => `${programmePath(id)}/file?f=${format}&language=${language}`;
