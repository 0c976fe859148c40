/** Money and time of a chance as people write them. */

import type { Language } from '../i18n/dictionary';

/** From this on a unit is used, its size, and its sign; the largest first. */
const UNITS: Readonly<Record<Language, readonly (readonly [number, number, string])[]>> = {
  zh: [[10_000, 10_000, ' 万元'], [0, 1, ' 元']],
  en: [[1_000_000, 1_000_000, 'M'], [10_000, 1000, 'k'], [0, 1, '']],
};
const DAY_MS = 86_400_000;
/** Beijing is eight hours before universal time all the year. */
const BEIJING_MS = 8 * 3_600_000;

const rounded = (value: number): string => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(1).replace(/\.0$/, ''));
const signed = (text: string): string => text.replace(/^-/, '−');

/** A range in yuan: `1.2–3.4 万元`, `¥12k–34k`; null where nothing has a price. */
export function money(low: number | null, high: number | null, language: Language): string | null {
  if (low === null || high === null) return null;
  const largest = Math.max(Math.abs(low), Math.abs(high));
  const [, unit, sign] = UNITS[language].find(([least]) => largest >= least)!;
  const [from, to] = [low, high].map((value) => signed(unit === 1 ? value.toFixed(0) : rounded(value / unit)));
  const between = low < 0 || high < 0 ? (language === 'zh' ? ' 至 ' : ' to ') : '–';
  const range = from === to ? from! : `${from}${between}${to}`;
  return `${language === 'zh' ? '' : '¥'}${range}${sign}`;
}

const dayNumber = (moment: number): number => Math.floor((moment + BEIJING_MS) / DAY_MS);

/** Days from now to a moment by the calendar of Beijing: 0 today, below 0 over; a moment of today that has passed is -1 at most. */
export function daysLeft(due: string, now: number): number {
  const at = Date.parse(due);
  const days = dayNumber(at) - dayNumber(now);
  return at < now ? Math.min(days, -1) : days;
}

/** A moment of the API as people in the county read it: day and minute of Beijing. */
export const momentOf = (text: string): string => new Date(Date.parse(text) + BEIJING_MS).toISOString().slice(0, 16).replace('T', ' ');

/** A day of the API as a number of days; for counting only. */
export const dayOf = (day: string): number => Math.round(Date.parse(`${day}T00:00:00Z`) / DAY_MS);

export const textOf = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10);
