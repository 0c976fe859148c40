/** Which chances are looked at, and in which order. */

import type { MeetingState, OpportunityRow, TalkState } from '../api/types';

export interface Filter {
  readonly utility: string;
  readonly operator: string;
  readonly street: string;
  readonly window: MeetingState | '';
  readonly state: TalkState | '';
  /** Only what waits for an answer of whoever looks. */
  readonly waits: boolean;
  /** Yuan that are saved at least, by the lower end of the range; null: any. */
  readonly least: number | null;
}

export const ANYTHING: Filter = { utility: '', operator: '', street: '', window: '', state: '', waits: false, least: null };

/** By worth, as the server ranks them; by what is shared; by money; by what is to be answered first. */
export type Order = 'worth' | 'length' | 'money' | 'due';

export interface Choice {
  readonly key: string;
  readonly n: number;
}

/** `box`: of the grid; only what reaches into it. */
export function matches(row: OpportunityRow, filter: Filter, box: readonly number[] | null = null): boolean {
  const { low } = row.savings.money;
  return (
    (filter.utility === '' || row.members.some(({ utility }) => utility === filter.utility)) &&
    (filter.operator === '' || row.members.some(({ operator }) => operator === filter.operator)) &&
    (filter.street === '' || row.streets.some(({ name }) => name === filter.street)) &&
    (filter.window === '' || row.meeting.state === filter.window) &&
    (filter.state === '' || row.state === filter.state) &&
    (!filter.waits || row.waits) &&
    (filter.least === null || (low !== null && low >= filter.least)) &&
    (box === null || reachesInto(row, box))
  );
}

function reachesInto({ geometry }: OpportunityRow, [west, south, east, north]: readonly number[]): boolean {
  const [left, bottom, right, top] = boxOf(geometry);
  return left <= east! && right >= west! && bottom <= north! && top >= south!;
}

/** The box of a trench in the grid. */
export function boxOf(geometry: OpportunityRow['geometry']): [number, number, number, number] {
  const parts = geometry.type === 'LineString' ? [geometry.coordinates] : geometry.coordinates;
  const box: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of parts.flat()) {
    box[0] = Math.min(box[0], x);
    box[1] = Math.min(box[1], y);
    box[2] = Math.max(box[2], x);
    box[3] = Math.max(box[3], y);
  }
  return box;
}

/** The same filter and order as the server takes them; `box` is of the grid `crs`. */
export function askedOf(filter: Filter, order: Order, crs: string, box: readonly number[] | null = null): Record<string, string> {
  const { utility, operator, street, window, state, waits, least } = filter;
  const asked: Record<string, string | null> = {
    utility, operator, meeting: window, state,
    // In quotes: a street whose name only begins so is another one.
    street: street && `"${street}"`,
    waiting: waits ? 'true' : null,
    least_yuan: least === null ? null : String(least),
    bbox: box && box.map((value) => value.toFixed(3)).join(','),
    'bbox-crs': box && crs,
    order,
  };
  return Object.fromEntries(Object.entries(asked).filter((entry): entry is [string, string] => Boolean(entry[1])));
}

const NEVER = Number.POSITIVE_INFINITY;
const KEYS: Record<Exclude<Order, 'worth'>, (row: OpportunityRow) => number> = {
  length: ({ shared_m: shared }) => -shared,
  // Without a price nothing is known of it: after everything that is.
  money: ({ savings: { money } }) => (money.high === null ? NEVER : -money.high),
  due: ({ state, due }) => (state === 'proposed' && due ? Date.parse(due) : NEVER),
};

/** A new list; what is equal stays in the order of the server. */
export function inOrder(rows: readonly OpportunityRow[], order: Order): readonly OpportunityRow[] {
  if (order === 'worth') return rows;
  const key = KEYS[order];
  return rows.map((row) => ({ row, by: key(row) })).sort((one, other) => compare(one.by, other.by)).map(({ row }) => row);
}

const compare = (one: number, other: number): number => (one === other ? 0 : one < other ? -1 : 1);

const VALUES: Record<'utility' | 'operator' | 'street', (row: OpportunityRow) => (string | null)[]> = {
  utility: ({ members }) => members.map(({ utility }) => utility),
  operator: ({ members }) => members.map(({ operator }) => operator),
  street: ({ streets }) => streets.map(({ name }) => name),
};

/** What a filter can be set to, with how many chances each has; the most frequent first. */
export function choices(rows: readonly OpportunityRow[], by: keyof typeof VALUES): Choice[] {
  const counts = new Map<string, number>();
  for (const row of rows) {
    for (const value of new Set(VALUES[by](row))) if (value) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return [...counts].map(([key, n]) => ({ key, n })).sort((one, other) => other.n - one.n || one.key.localeCompare(other.key, 'zh'));
}

/** What is saved by the chances that are looked at, the ends of the ranges summed apart. */
export function totals(rows: readonly OpportunityRow[]): { saved_m: number; low: number; high: number; unpriced: number } {
  const sum = { saved_m: 0, low: 0, high: 0, unpriced: 0 };
  for (const { saved_m: saved, savings: { money } } of rows) {
    sum.saved_m += saved;
    if (money.low === null || money.high === null) sum.unpriced += 1;
    else {
      sum.low += money.low;
      sum.high += money.high;
    }
  }
  return sum;
}
