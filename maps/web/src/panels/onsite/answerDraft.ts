import type { AnswerOutcome } from '../../api/types';

/** An answer while it is being entered, as typed. Its photos are kept already. */
export interface AnswerDraft {
  outcome: AnswerOutcome | null;
  value: string;
  uncertainty: string;
  unit: string;
  note: string;
  photos: string[];
}

export const EMPTY: Readonly<AnswerDraft> = { outcome: null, value: '', uncertainty: '', unit: '', note: '', photos: [] };

export const draftKey = (visit: string, item: string): string => `answer:${visit}:${item}`;
