/** What is asked of the server about a county's forms, and the drafts that are entered in them. */

import { asJson, get, send } from './client';
import type { CaseShape, DraftRow, DraftShape, FilingShape, FormChecked, FormFieldNamed, FormShape } from './types';

/** What a policy's forms call their fields. */
export async function formFields(policy: string): Promise<FormFieldNamed[]> {
  const { forms } = await get<{ forms: { fields: FormFieldNamed[] }[] }>(`/api/policies/${encodeURIComponent(policy)}`);
  return forms.flatMap((form) => form.fields);
}

/** A county's form as printed. */
export const countyForm = (policy: string, form = ''): Promise<FormShape> =>
  get(`/api/forms/${encodeURIComponent(policy)}${form ? `?form=${encodeURIComponent(form)}` : ''}`);

export interface FormEntries {
  readonly values: Readonly<Record<string, unknown>>;
  readonly filing: FilingShape;
}

export async function checkForm(policy: string, form: string, entries: FormEntries): Promise<FormChecked> {
  return (await (await send(`/api/forms/${encodeURIComponent(policy)}/check`, asJson({ form, ...entries }))).json()) as FormChecked;
}

export const drafts = async (): Promise<DraftRow[]> => (await get<{ drafts: DraftRow[] }>('/api/drafts')).drafts;

const draftPath = (id: string): string => `/api/drafts/${encodeURIComponent(id)}`;

export const draft = (id: string): Promise<DraftShape> => get(draftPath(id));

/** The same key with the same entries makes one draft, however often it is sent. */
export async function beginDraft(policy: string, form: string, entries: FormEntries, key: string): Promise<DraftShape> {
  const init = asJson({ policy, form, ...entries });
  return (await (await send('/api/drafts', { ...init, headers: { ...init.headers, 'Idempotency-Key': key } })).json()) as DraftShape;
}

/** `leaving`: the page goes, and the request outlives it. */
export async function keepDraft(id: string, revision: number, entries: FormEntries, leaving: boolean): Promise<DraftShape> {
  const headers = { 'Content-Type': 'application/json', 'If-Match': `"${revision}"` };
  const init = { method: 'PUT', headers, body: JSON.stringify(entries), keepalive: leaving };
  return (await (await send(draftPath(id), init)).json()) as DraftShape;
}

export async function dropDraft({ id, revision }: DraftRow): Promise<void> {
  await send(draftPath(id), { method: 'DELETE', headers: { 'If-Match': `"${revision}"` } });
}

/** Begin a case with a draft, which is gone with it; the same key files it once. */
export async function fileDraft(id: string, revision: number, actor: unknown, key: string): Promise<CaseShape> {
  const init = asJson({ actor });
  const headers = { ...init.headers, 'If-Match': `"${revision}"`, 'Idempotency-Key': key };
  return (await (await send(`${draftPath(id)}/case`, { ...init, headers })).json()) as CaseShape;
}
