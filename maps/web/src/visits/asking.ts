/** What is asked of the planning of a visit, while somebody is still putting it together. */

import type { AddedPlace, PlanAsked, TravelMode } from '../api/types';
import type { Point } from '../geometry/points';

export interface Wanted {
  /** Empty: it is named after where it leads. */
  readonly title: string;
  readonly cases: readonly string[];
  readonly routes: readonly string[];
  readonly sites: readonly string[];
  /** Cases that are visited although nothing has to be seen there. */
  readonly keep: readonly string[];
  readonly added: readonly AddedPlace[];
  readonly start: Point | null;
  readonly end: Point | null;
  readonly mode: TravelMode;
  /** Minutes at a stop, by its id, where they are to be others. */
  readonly minutes: Readonly<Record<string, number>>;
  /** Empty: the earliest in time. */
  readonly day: string;
  /** Not before this day; empty: from now on. */
  readonly after: string;
  /** Calendars as texts, by the key of the attendee. */
  readonly calendars: Readonly<Record<string, string>>;
  /** Ids of stops as they were put by hand; null: the order with least travel. */
  readonly order: readonly string[] | null;
}

export const NOTHING: Wanted = { title: '', cases: [], routes: [], sites: [], keep: [], added: [], start: null, end: null, mode: 'any', minutes: {}, day: '', after: '', calendars: {}, order: null };

/** Whether there is any place to go to. */
export const isPlaced = ({ cases, routes, sites, added }: Wanted): boolean => cases.length + routes.length + sites.length + added.length > 0;

/** A list with what was not in it, or without what was. */
export const toggled = (list: readonly string[], id: string): string[] => (list.includes(id) ? list.filter((one) => one !== id) : [...list, id]);

/** The first moment of a day in the county. */
const MORNING = 'T00:00:00+08:00';

/** As the server is asked: what is not wanted is not said. `crs` is that of the places. */
export function askedOf(wanted: Wanted, crs: string): PlanAsked {
  const { title, cases, routes, sites, keep, added, start, end, mode, minutes, day, after, calendars, order } = wanted;
  return {
    crs,
    ...(title.trim() ? { title: title.trim() } : {}),
    ...(cases.length > 0 ? { cases: [...cases] } : {}),
    ...(routes.length > 0 ? { routes: [...routes] } : {}),
    ...(sites.length > 0 ? { sites: [...sites] } : {}),
    ...(keep.length > 0 ? { keep: [...keep] } : {}),
    ...(added.length > 0 ? { add: [...added] } : {}),
    ...(start ? { start } : {}),
    ...(end ? { end } : {}),
    ...(mode === 'any' ? {} : { mode }),
    ...(Object.keys(minutes).length > 0 ? { minutes: { ...minutes } } : {}),
    ...(day ? { day } : after ? { after: `${after}${MORNING}` } : {}),
    ...(Object.keys(calendars).length > 0 ? { calendars: { ...calendars } } : {}),
    ...(order ? { order: [...order] } : {}),
  };
}

/** What was asked of a visit, to begin a change with. */
export function wantedOf(asked: PlanAsked): Wanted {
  return {
    title: asked.title ?? '',
    cases: asked.cases ?? [],
    routes: asked.routes ?? [],
    sites: asked.sites ?? [],
    keep: asked.keep ?? [],
    added: asked.add ?? [],
    start: asked.start ?? null,
    end: asked.end ?? null,
    mode: asked.mode ?? 'any',
    minutes: asked.minutes ?? {},
    day: asked.day ?? '',
    after: asked.after?.slice(0, 10) ?? '',
    calendars: asked.calendars ?? {},
    order: asked.order ?? null,
  };
}
