import * as client from '../api/client';
import type { CaseCounts, CaseRow, Role } from '../api/types';
import { newsOf, NOT_NARROWED, queryOf, type Narrowed } from '../cases/worklist';

const PAGE = 50;
/** What the server gives at most; rows beyond are read again when somebody asks. */
const MOST = 200;
const NO_COUNTS: CaseCounts = { matched: 0, waiting: 0, overdue: 0, breached: 0 };

/** For whom the lists are: an empty `role` sees cases, and none waits for it. */
export interface For {
  readonly role: Role | null;
  readonly actingFor: string;
  /** Whose own acts are no news. */
  readonly name: string;
}

/** One list of cases, the most pressing first, of which the first pages are here. */
class WorkList {
  rows = $state.raw<readonly CaseRow[]>([]);
  counts = $state.raw<CaseCounts>(NO_COUNTS);
  next = $state.raw<string | null>(null);
  #tag: string | null = null;
  #path = '';
  readonly #waiting: boolean;

  constructor(waiting: boolean) {
    this.#waiting = waiting;
  }

  /** Read the list again, as far as it is shown; nothing changes where nothing is new. Returns what others did. */
  async read(whom: For, narrowed: Narrowed, quiet: boolean): Promise<Map<string, number>> {
    const path = `/api/cases?${queryOf(whom.role, whom.actingFor, narrowed, this.#waiting, Math.min(MOST, Math.max(PAGE, this.rows.length)))}`;
    const same = path === this.#path;
    const told = await client.caseList(path, same ? this.#tag : null, quiet);
    if (!told) return new Map();
    const news: Map<string, number> = same && quiet ? newsOf(this.rows, told.page.cases, whom.name) : new Map();
    this.#path = path;
    this.#tag = told.tag;
    this.rows = told.page.cases;
    this.counts = told.page.counts;
    this.next = told.next;
    return news;
  }

  async more(): Promise<void> {
    if (!this.next) return;
    const told = await client.caseList(this.next, null, false);
    if (!told) return;
    const known = new Set(this.rows.map(({ id }) => id));
    this.rows = [...this.rows, ...told.page.cases.filter(({ id }) => !known.has(id))];
    this.next = told.next;
  }

  forget(): void {
    this.rows = [];
    this.counts = NO_COUNTS;
    this.next = this.#tag = null;
    this.#path = '';
  }
}

/** What waits for somebody, and the other cases. */
class WorkLists {
  mine = new WorkList(true);
  others = new WorkList(false);
  narrowed = $state.raw<Narrowed>(NOT_NARROWED);
  /** Cases in which somebody else acted while the list was looked at, with the number of that event. */
  news = $state.raw<ReadonlyMap<string, number>>(new Map());
  /** How many cases there are, narrowed as they are. */
  total = $derived(this.others.counts.matched);

  async read(whom: For, quiet = false): Promise<void> {
    const lists = whom.role ? [this.mine, this.others] : [this.others];
    if (!whom.role) this.mine.forget();
    const found = await Promise.all(lists.map((list) => list.read(whom, this.narrowed, quiet)));
    const fresh = found.flatMap((one) => [...one]);
    if (fresh.length > 0) this.news = new Map([...this.news, ...fresh]);
  }

  /** Somebody has looked at a case: what happened in it is no news any more. */
  seen(id: string): void {
    if (this.news.has(id)) this.news = new Map([...this.news].filter(([one]) => one !== id));
  }

  forget(): void {
    this.mine.forget();
    this.others.forget();
    this.news = new Map();
  }
}

export const worklists = new WorkLists();
