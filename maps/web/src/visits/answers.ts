/** What came in from the field to each item, and how far a visit has got. */

import type { AnswerShape, VisitItem, VisitStop } from '../api/types';

/** How an item stands: not answered, answered by all alike, or answered in different ways. */
export type Standing = 'waiting' | 'disputed' | AnswerShape['outcome'];

/** The answers that count: those that no later one corrects. */
export const counting = ({ answers }: Pick<VisitItem, 'answers'>): AnswerShape[] => answers.filter(({ corrected }) => !corrected);

export function standingOf(item: VisitItem, disputed: readonly string[]): Standing {
  if (disputed.includes(item.id)) return 'disputed';
  return counting(item).at(-1)?.outcome ?? 'waiting';
}

const SETTLED: ReadonlySet<Standing> = new Set(['ok', 'value']);

/** What somebody still has to see to: not answered, not as planned, not to be told, or told in different ways. */
export const unsettled = (stops: readonly VisitStop[], disputed: readonly string[]): VisitItem[] => stops.flatMap(({ items }) => items.filter((item) => !SETTLED.has(standingOf(item, disputed))));

export interface Progress {
  readonly items: number;
  readonly answered: number;
  readonly disputed: number;
}

export function progressOf(stops: readonly VisitStop[], disputed: readonly string[]): Progress {
  const standings = stops.flatMap(({ items }) => items.map((item) => standingOf(item, disputed)));
  return {
    items: standings.length,
    answered: standings.filter((one) => one !== 'waiting').length,
    disputed: standings.filter((one) => one === 'disputed').length,
  };
}

/** How a stop stands on the map: the gravest of its items; done only once all of them are answered. */
export function stopStanding(stop: VisitStop, disputed: readonly string[]): 'waiting' | 'begun' | 'done' | 'not_ok' | 'disputed' {
  const standings = stop.items.map((item) => standingOf(item, disputed));
  if (standings.includes('disputed')) return 'disputed';
  if (standings.includes('not_ok')) return 'not_ok';
  if (standings.every((one) => one === 'waiting')) return 'waiting';
  return standings.includes('waiting') ? 'begun' : 'done';
}
