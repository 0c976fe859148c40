/** What was entered goes to the server once and only once: by ids made here, each for itself. */

import { ProblemError } from '../api/problem';
import type { Problem } from '../api/types';
import type { Entry, EntryState } from './shapes';

/** The durable side. `settle` is on the disk when it comes back. */
export interface Shelf {
  readonly waiting: () => Promise<readonly Entry[]>;
  readonly settle: (id: string, state: EntryState, refusal: Problem | null) => Promise<void>;
}

export interface Taken {
  readonly id: string;
  readonly taken: boolean;
  readonly problem?: Problem;
}

/** The way to the server; throws `ProblemError` where it says no, anything else where no answer came. */
export interface Carrier {
  readonly entries: (visit: string, entries: readonly Entry[]) => Promise<readonly Taken[]>;
  readonly picture: (entry: Entry) => Promise<void>;
  readonly surveyed: (entry: Entry) => Promise<void>;
}

/** Why sending ended: nothing waits any more, the server failed at some, nobody known is signed in, or no server could be asked. */
export type Ending = 'done' | 'failing' | 'signed_out' | 'unreachable';

const MOST_AT_ONCE = 40;

/** Stops the round: what waits goes on waiting. */
class Interrupted extends Error {
  constructor(readonly ending: 'signed_out' | 'unreachable') {
    super(ending);
  }
}

/** An answer about the visit or who sends, whatever the entries are. */
const ABOUT_ALL: ReadonlySet<number> = new Set([403, 404, 405, 410]);
/** Somebody between or busy: later is another day, for all of them. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429, 502, 503, 504]);

/** What the server said of what was sent; throws where nothing more can be sent now. */
function saidBy(error: unknown): Problem {
  if (!(error instanceof ProblemError) || PASSING.has(error.status)) throw new Interrupted('unreachable');
  if (error.status === 401) throw new Interrupted('signed_out');
  return error.problem;
}

function grouped(entries: readonly Entry[]): Entry[][] {
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) groups.set(entry.visit, [...(groups.get(entry.visit) ?? []), entry]);
  return [...groups.values()].flatMap((group) =>
    Array.from({ length: Math.ceil(group.length / MOST_AT_ONCE) }, (_, i) => group.slice(i * MOST_AT_ONCE, (i + 1) * MOST_AT_ONCE)),
  );
}

const smallestFirst = (entries: readonly Entry[]): Entry[] =>
  entries.flatMap((entry) => (entry.kind === 'picture' ? [entry] : [])).sort((a, b) => a.data.bytes - b.data.bytes);

/** Refused with a reason; where the server failed instead, it waits for the next round and lets the others go. */
async function turnedAway(shelf: Shelf, entries: readonly Entry[], problem: Problem): Promise<boolean> {
  if (problem.status >= 500) return false;
  for (const { id } of entries) await shelf.settle(id, 'refused', problem);
  return true;
}

async function carry(shelf: Shelf, entry: Entry, send: (entry: Entry) => Promise<void>): Promise<boolean> {
  try {
    await send(entry);
  } catch (error) {
    return turnedAway(shelf, [entry], saidBy(error));
  }
  await shelf.settle(entry.id, 'sent', null);
  return true;
}

/** Entries of one visit together; where they are refused as a whole, in halves until the one that is wrong is alone. */
async function carryTogether(shelf: Shelf, carrier: Carrier, entries: readonly Entry[]): Promise<boolean> {
  let answers: readonly Taken[];
  try {
    answers = await carrier.entries(entries[0]!.visit, entries);
  } catch (error) {
    const problem = saidBy(error);
    if (entries.length === 1 || ABOUT_ALL.has(problem.status)) return turnedAway(shelf, entries, problem);
    const half = Math.ceil(entries.length / 2);
    const first = await carryTogether(shelf, carrier, entries.slice(0, half));
    return (await carryTogether(shelf, carrier, entries.slice(half))) && first;
  }
  const byId = new Map(answers.map((answer) => [answer.id, answer]));
  for (const { id } of entries) {
    const answer = byId.get(id);
    // What the answer does not name goes on waiting.
    if (answer) await shelf.settle(id, answer.taken ? 'sent' : 'refused', answer.taken ? null : (answer.problem ?? { status: 422 }));
  }
  return entries.every(({ id }) => byId.has(id));
}

/**
 * Send what waits. A photo or a line that is refused stays with its reason and holds nothing back.
 *
 * Answers and signatures go first: they are small, and what the office waits for. Of the pictures the smallest do, so that
 * one that a slow network never carries whole holds no other back.
 */
export async function drain(shelf: Shelf, carrier: Carrier): Promise<Ending> {
  const waiting = await shelf.waiting();
  const small = waiting.filter(({ kind }) => kind === 'answer_item' || kind === 'sign_visit');
  const settled: boolean[] = [];
  try {
    for (const group of grouped(small)) settled.push(await carryTogether(shelf, carrier, group));
    for (const entry of waiting) if (entry.kind === 'surveyed') settled.push(await carry(shelf, entry, carrier.surveyed));
    for (const entry of smallestFirst(waiting)) settled.push(await carry(shelf, entry, carrier.picture));
  } catch (error) {
    if (error instanceof Interrupted) return error.ending;
    throw error;
  }
  return settled.every(Boolean) ? 'done' : 'failing';
}
