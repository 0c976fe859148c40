/** What is known of each item: what the office had when the visit was taken along, and what was entered on this device. */

import type { AnswerShape, VisitStop } from '../api/types';
import type { Entry, Maker, SiteAnswer } from './shapes';

/** What is shown of an answer, wherever it was entered. */
export interface ShownAnswer extends Omit<SiteAnswer, 'item' | 'x' | 'y' | 'accuracy_m'> {
  readonly by: string;
  readonly corrected: boolean;
  /** Entered on this device: whether it is on the server; null for others. */
  readonly entry: Entry | null;
}

const answerOf = (entry: Entry): SiteAnswer | null => (entry.kind === 'answer_item' ? entry.data.answer : null);

/** The answers to an item, the earliest first; one that came back from the office is not shown twice. */
export function answersTo(item: string, known: readonly AnswerShape[], entries: readonly Entry[]): ShownAnswer[] {
  const own = entries.flatMap((entry) => {
    const answer = answerOf(entry);
    return answer?.item === item ? [{ ...answer, by: entry.by.name, corrected: false, entry }] : [];
  });
  const here = new Set(own.map(({ id }) => id));
  const all = [...known.filter(({ id }) => !here.has(id)).map((answer) => ({ ...answer, entry: null })), ...own];
  const replaced = new Set(all.map(({ replaces }) => replaces));
  return all
    .map((answer) => ({ ...answer, corrected: answer.corrected || replaced.has(answer.id) }))
    .sort((a, b) => Date.parse(a.taken_at) - Date.parse(b.taken_at));
}

/** The answer that a new one of this person corrects: its own last one that still counts, also one of another device. */
export function corrects(answers: readonly ShownAnswer[], by: Maker): ShownAnswer | null {
  const own = ({ entry, by: name }: ShownAnswer): boolean => (entry ? entry.by.id === by.id : by.name !== '') && name === by.name;
  return answers.filter((answer) => !answer.corrected && own(answer)).at(-1) ?? null;
}

/** Whether answers that still count say different things. */
export function isDisputed(answers: readonly ShownAnswer[]): boolean {
  const counting = answers.filter(({ corrected }) => !corrected);
  return new Set(counting.map(({ outcome, value, unit }) => `${outcome}|${value ?? ''}|${unit}`)).size > 1;
}

/** How many items of a stop have an answer. */
export function answered(stop: VisitStop, entries: readonly Entry[]): number {
  const own = new Set(entries.flatMap((entry) => answerOf(entry)?.item ?? []));
  return stop.items.filter((item) => item.answers.length > 0 || own.has(item.id)).length;
}
