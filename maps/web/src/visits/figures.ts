/** Times of a visit as people write them. */

import type { Geometry, VisitDay, VisitLeg, VisitPlan, VisitStop } from '../api/types';
import type { Language } from '../i18n/dictionary';
import { momentOf } from '../opportunities/figures';

const WEEKDAYS: Readonly<Record<Language, readonly string[]>> = {
  zh: ['周日', '周一', '周二', '周三', '周四', '周五', '周六'],
  en: ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'],
};

/** `09:05`, by the clock of the county. */
export const clockOf = (moment: string): string => momentOf(moment).slice(11);

/** `12-01 周二` */
export function dayText(day: string, language: Language): string {
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
  return `${day.slice(5)} ${WEEKDAYS[language][weekday] ?? ''}`.trim();
}

/** The days of a visit in short: one, or the first and the last of several. */
export function daysText(days: readonly string[], language: Language): string {
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) return '';
  return first === last ? dayText(first, language) : `${dayText(first, language)} – ${dayText(last, language)}`;
}

const MINUTE_MS = 60_000;

const minutesBetween = (from: string, to: string): number => Math.round((Date.parse(to) - Date.parse(from)) / MINUTE_MS);

/** Where one stands at some stops and what is seen from there; null where there is no stop. */
export const placesOf = (stops: readonly Pick<VisitStop, 'place' | 'items'>[]): Geometry | null =>
  stops.length === 0 ? null : { type: 'MultiPoint', coordinates: stops.flatMap(({ place, items }) => [place, ...items.map((item) => item.place)]) };

export interface Leg {
  readonly stop: VisitStop;
  /** Whether it was begun on a day before. */
  readonly goesOn: boolean;
  /** Minutes on the way to it, from the stop before it or from the start place. */
  readonly way: number;
  readonly arrives: string;
  readonly begins: string;
  readonly leaves: string;
  /** Minutes between arriving and beginning: lunch, or somebody is waited for. */
  readonly waits: number;
  /** Metres of the way that are reckoned along a straight line, since no road is known there; 0: hardly any. */
  readonly straight_m: number;
}

/** A way from the road to the work is always straight: what is longer than this is told. */
const WORTH_TELLING_M = 100;
const straightOf = (leg: VisitLeg | null | undefined): number => (leg && leg.gap_m > WORTH_TELLING_M ? Math.round(leg.gap_m) : 0);

/** The ways of a day; one is assumed where more than half of it is no road. */
export const waysOf = ({ ways, legs }: Pick<VisitDay, 'ways' | 'legs'>): { line: Geometry; assumed: boolean }[] =>
  ways.flatMap((line, i) => {
    const leg = legs[i];
    return line ? [{ line, assumed: leg ? leg.gap_m > leg.metres / 2 : true }] : [];
  });

export interface DayLegs {
  readonly day: VisitDay;
  readonly legs: readonly Leg[];
  /** Minutes on the way to the end place. */
  readonly home: number;
}

/** The stops of each day with the ways between them. */
export function legsOf({ days, stops }: Pick<VisitPlan, 'days' | 'stops'>): DayLegs[] {
  const known = new Map(stops.map((stop) => [stop.id, stop]));
  return days.map((day) => {
    const legs = day.stops.flatMap((id, i): Leg[] => {
      const stop = known.get(id);
      const own = stop?.parts.filter((part) => part.day === day.on) ?? [];
      const [first, last] = [own[0], own.at(-1)];
      if (!stop || !first || !last) return [];
      const goesOn = stop.day !== day.on;
      const arrives = goesOn ? first.begins : stop.arrives;
      const way = Math.round((day.legs[i]?.seconds ?? 0) / 60);
      return [{ stop, goesOn, way, arrives, begins: first.begins, leaves: last.leaves, waits: minutesBetween(arrives, first.begins), straight_m: straightOf(day.legs[i]) }];
    });
    return { day, legs, home: minutesBetween(legs.at(-1)?.leaves ?? day.sets_out, day.back) };
  });
}
