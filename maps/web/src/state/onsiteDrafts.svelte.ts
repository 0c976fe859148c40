import type { AnswerOutcome } from '../api/types';
import { onsite } from './onsite.svelte';

/** An answer while it is being entered, as typed. Its photos are kept already. */
export interface AnswerDraft {
  outcome: AnswerOutcome | null;
  value: string;
  uncertainty: string;
  unit: string;
  note: string;
  photos: string[];
}

const empty = (): AnswerDraft => ({ outcome: null, value: '', uncertainty: '', unit: '', note: '', photos: [] });

const drafts = new Map<string, AnswerDraft>();

export const draftKey = (item: string): string => `answer:${onsite.id ?? ''}:${item}`;

/** What is half entered for an item: one and the same however often its sheet is opened, since a photo may still be on its way to it. */
export async function draftOf(item: string): Promise<AnswerDraft> {
  const key = draftKey(item);
  const stored = drafts.has(key) ? null : await onsite.store.draft<AnswerDraft>(key);
  const known = drafts.get(key);
  if (known) return known;
  const draft = $state<AnswerDraft>({ ...empty(), ...stored });
  drafts.set(key, draft);
  return draft;
}

/** Write down what is half entered, as it is now. */
export async function saveDraft(item: string, draft: AnswerDraft): Promise<void> {
  await onsite.store.putDraft(draftKey(item), $state.snapshot(draft)).catch((error: unknown) => (onsite.failure = error));
}

/** Begin anew: what was entered is kept as an answer. */
export function emptied(draft: AnswerDraft): void {
  Object.assign(draft, empty());
}
