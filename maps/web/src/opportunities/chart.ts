/** A chart of windows: where days stand on it, and what a drag makes of a window. */

import { dayOf, textOf } from './figures';

export interface Window {
  readonly start: string | null;
  readonly end: string | null;
}

/** First and last day that a chart shows, as numbers of days. */
export interface Scale {
  readonly first: number;
  readonly last: number;
}

const AROUND_DAYS = 20;
/** Beyond so many days labels of months would touch each other. */
const MONTHLY_DAYS = 400;
const QUARTERLY_DAYS = 1300;

/** Room for all windows and as many days on each side as somebody may be dragged; null where nobody states a date. */
export function scaleOf(windows: readonly Window[], around = AROUND_DAYS): Scale | null {
  const days = windows.flatMap(({ start, end }) => [start, end]).filter((day) => day !== null).map(dayOf);
  return days.length === 0 ? null : { first: Math.min(...days) - around, last: Math.max(...days) + around };
}

export const daysIn = ({ first, last }: Scale): number => last - first + 1;

/** Percent of the width at which a day begins. */
export const placeOf = (scale: Scale, day: number): number => ((day - scale.first) / daysIn(scale)) * 100;

/** Where a window lies, in percent; its last day is in it. Null where a date is not stated. */
export function barOf(scale: Scale, { start, end }: Window): { left: number; width: number } | null {
  if (start === null || end === null) return null;
  const left = placeOf(scale, dayOf(start));
  return { left, width: placeOf(scale, dayOf(end) + 1) - left };
}

export interface Tick {
  readonly at: number;
  readonly label: string;
}

/** The first days of months, of quarters or of years, whichever leaves room for their labels; January is told by its year. */
export function ticksOf(scale: Scale): Tick[] {
  const days = scale.last - scale.first;
  const step = days <= MONTHLY_DAYS ? 1 : days <= QUARTERLY_DAYS ? 3 : 12;
  const begin = new Date(scale.first * 86_400_000);
  const found: Tick[] = [];
  for (let month = Math.ceil(begin.getUTCMonth() / step) * step, year = begin.getUTCFullYear(); ; month += step) {
    const day = textOf(Math.round(Date.UTC(year, month, 1) / 86_400_000));
    if (dayOf(day) > scale.last) return found;
    if (dayOf(day) >= scale.first) found.push({ at: placeOf(scale, dayOf(day)), label: day.slice(5, 7) === '01' ? day.slice(0, 4) : String(Number(day.slice(5, 7))) });
  }
}

/** A window moved as a whole by some days; what states no date stays. */
export function moved<W extends Window>(window: W, days: number): W {
  if (window.start === null || window.end === null) return window;
  return { ...window, start: textOf(dayOf(window.start) + days), end: textOf(dayOf(window.end) + days) };
}
