/** The order of the stops as somebody puts it, and what that costs. */

import type { VisitPlanTold } from '../api/types';

/** The list with what is at `from` put where `to` is; unchanged where either is none of its places. */
export function put<T>(list: readonly T[], from: number, to: number): readonly T[] {
  const one = list[from];
  if (one === undefined || to < 0 || to >= list.length || from === to) return list;
  const others = [...list.slice(0, from), ...list.slice(from + 1)];
  return [...others.slice(0, to), one, ...others.slice(to)];
}

/** Which place of the list a pointer is at: `middles` are those of its rows, from above; the dragged one is `from`. */
export function placeAt(middles: readonly number[], from: number, y: number): number {
  const above = middles.filter((middle, i) => i !== from && middle < y).length;
  return Math.min(above, middles.length - 1);
}

export interface Cost {
  /** Minutes on the way that an order has more than the shortest; below 0: fewer. */
  readonly travel: number;
  /** Minutes that everybody is back later; below 0: earlier. */
  readonly back: number;
  readonly days: number;
}

const MINUTE_MS = 60_000;
const backOf = ({ days }: VisitPlanTold): number => Date.parse(days.at(-1)?.back ?? '');

/** What another order costs beside the one that was proposed. */
export function costOf(proposed: VisitPlanTold, byHand: VisitPlanTold): Cost {
  const back = (backOf(byHand) - backOf(proposed)) / MINUTE_MS;
  return {
    travel: Math.round((byHand.travel_s - byHand.least_travel_s) / 60),
    back: Number.isFinite(back) ? Math.round(back) : 0,
    days: byHand.days.length - proposed.days.length,
  };
}
