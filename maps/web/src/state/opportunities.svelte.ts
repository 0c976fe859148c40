import * as client from '../api/client';
import * as chances from '../api/opportunities';
import { isAbort, ProblemError } from '../api/problem';
import type { ChanceMember, CostSplitShape, OpportunityGone, OpportunityRow, OpportunityShape, SpellingShape } from '../api/types';
import { t } from '../i18n/language.svelte';
import { ANYTHING, inOrder, matches, type Filter, type Order } from '../opportunities/filter';
import { cases } from './cases.svelte';
import { notices } from './notices.svelte';
import { routes, type RouteFeature } from './routes.svelte';
import { session } from './session.svelte';
import { settings } from './settings.svelte';
import { Turns } from './turns';
import { isTyping, Watch } from './watching.svelte';
import { mapWindow } from './window.svelte';

/** More than these are no list to work through; the server's own filters narrow it. */
export const MOST_OPPORTUNITIES = 20_000;

/** Whether a command was refused because somebody acted since the chance was read. */
const isMoved = (error: unknown): boolean => error instanceof ProblemError && error.status === 409;

/** Whether somebody has written a route since it was read. */
const isStale = (error: unknown): boolean => error instanceof ProblemError && error.status === 412;

const isDated = ({ properties }: RouteFeature, start: string | null, end: string | null): boolean => (properties.start ?? null) === start && (properties.end ?? null) === end;

/** The chances of the county to share a trench, the one that is looked at, and what its parties say. */
class Opportunities {
  open = $state(false);
  list = $state.raw<readonly OpportunityRow[]>([]);
  /** How many the server has. */
  total = $state(0);
  /** Operators that may be one company; each answers for itself as long as nobody has made them one. */
  spellings = $state.raw<readonly SpellingShape[]>([]);
  loading = $state(false);
  filter = $state.raw<Filter>(ANYTHING);
  order = $state<Order>('worth');
  inView = $state(false);
  chosen = $state.raw<OpportunityShape | null>(null);
  split = $state.raw<CostSplitShape | null>(null);
  /** The chance that the map lights now. */
  lit = $state.raw<OpportunityRow | null>(null);
  busy = $state(false);
  /** What was wrong with the last command. */
  refused = $state.raw<unknown>(null);
  /** Whether somebody else acted on the open chance while it lay open. */
  moved = $state(false);
  scrolled = 0;

  shown = $derived.by(() => {
    const box = this.inView ? mapWindow.extent : null;
    return inOrder(this.list.filter((row) => matches(row, this.filter, box)), this.order);
  });

  #under: AbortController | null = null;
  /** Another one with each chance that is shown, and with none. */
  readonly #turns = new Turns();
  #tag: string | null = null;
  /** Number of the last event that an answer rests on: what came while somebody was typing was not looked at. */
  #read = 0;
  readonly #watch = new Watch(() => this.#lookAgain());

  constructor() {
    routes.on(() => {
      if (this.open) void this.load();
    });
  }

  show(): void {
    this.open = true;
    this.#watch.start();
    void this.load();
  }

  hide(): void {
    this.open = false;
    this.#watch.stop();
    this.close();
  }

  close(): void {
    this.#turns.begin();
    this.chosen = null;
    this.split = null;
    this.lit = null;
    this.refused = null;
    this.moved = false;
  }

  /** Somebody else has signed in: what was told to the one before is not shown to this one. */
  forget(): void {
    this.#under?.abort();
    this.close();
    this.list = [];
    this.total = 0;
    this.#tag = null;
    if (!session.can('opportunities.read')) this.hide();
    else if (this.open) void this.load();
  }

  /** Fetch them all, page after page; the first page is shown while the others are under way. */
  async load(): Promise<void> {
    this.#under?.abort();
    const controller = new AbortController();
    this.#under = controller;
    this.loading = true;
    try {
      // Before the pages: what changes meanwhile is seen at the next look.
      const tag = await chances.opportunitiesTag(settings.crs, false);
      let path: string | null = null;
      const fresh: OpportunityRow[] = [];
      do {
        const page = await chances.opportunities(settings.crs, path, controller.signal);
        if (controller.signal.aborted) return;
        fresh.push(...page.rows);
        path = page.next;
        // What was there before is not taken away until as much of the new is here.
        if (fresh.length >= this.list.length || path === null) this.list = [...fresh];
        this.total = page.total;
        this.spellings = page.spellings;
      } while (path !== null && fresh.length < MOST_OPPORTUNITIES);
      this.#tag = tag;
    } catch (error) {
      if (!controller.signal.aborted && !isAbort(error)) notices.trouble(error);
    } finally {
      if (this.#under === controller) this.loading = false;
    }
  }

  async look(id: string): Promise<void> {
    await this.#lookAt(id, this.#turns.begin());
  }

  /** Show a chance, if `isWanted` still holds once the answer is here; what was `refused` stays before the eyes. */
  async #lookAt(id: string, isWanted: () => boolean, refused: unknown = null): Promise<void> {
    try {
      const told = await chances.opportunity(id, settings.crs);
      if (!isWanted()) return;
      this.refused = refused;
      this.moved = false;
      if (!this.#take(told)) return;
      this.split = null;
      const split = await chances.opportunitySplit(id);
      if (this.chosen?.id === id) this.split = split;
    } catch (error) {
      notices.trouble(error);
    }
  }

  /** Show a chance as it is now; one that is gone from the plans is told of, and the list is read again. */
  #take(told: OpportunityShape | OpportunityGone): boolean {
    if (told.gone) {
      this.close();
      notices.say('trouble', t('opp_gone'));
      void this.load();
      return false;
    }
    this.chosen = told;
    this.lit = told;
    this.#read = told.seq;
    this.list = this.list.map((row) => (row.id === told.id ? told : row));
    return true;
  }

  light(row: OpportunityRow | null): void {
    this.lit = row ?? this.chosen;
  }

  /** Carry out a command on the open chance; true when it is on record. */
  async act(kind: string, data: Record<string, unknown>): Promise<boolean> {
    const { chosen } = this;
    if (!chosen) return false;
    this.busy = true;
    this.refused = null;
    try {
      const after = await chances.actOnOpportunity(chosen.id, settings.crs, { kind, actor: cases.actor, data, expected: this.#read });
      const isOpen = this.chosen?.id === chosen.id;
      if (isOpen) this.moved = false;
      if (!isOpen || this.#take(after)) notices.say('done', t('opp_done'));
      return true;
    } catch (error) {
      this.refused = error;
      if (isMoved(error)) await this.#lookAt(chosen.id, () => this.chosen?.id === chosen.id, error);
      return false;
    } finally {
      this.busy = false;
    }
  }

  /**
   * Give a route of the open chance another window; true when it is on the server's disk.
   *
   * What was tried began at the dates that the chart shows: where somebody has written others since, nothing is saved.
   */
  async redate({ route, start, end }: ChanceMember, window: { start: string; end: string }): Promise<boolean> {
    const { chosen } = this;
    if (!chosen) return false;
    this.busy = true;
    try {
      const { feature: stored, etag } = await client.route(route, settings.crs);
      if (!isDated(stored, start, end)) return this.#tellDates(stored);
      routes.put((await client.redateRoute(route, window, settings.crs, etag, client.uuid())).feature);
      notices.say('done', t('opp_dates_saved', { route, ...window }));
      return true;
    } catch (error) {
      if (isStale(error)) return this.#tellDates((await client.route(route, settings.crs)).feature);
      notices.trouble(error);
      return false;
    } finally {
      this.busy = false;
      void this.#lookAt(chosen.id, () => this.chosen?.id === chosen.id);
    }
  }

  #tellDates({ id, properties }: RouteFeature): false {
    const { start, end } = properties;
    notices.say('trouble', t('opp_dates_moved', { route: String(id), now: start && end ? t('opp_from_to', { from: start, to: end }) : t('opp_no_dates') }));
    return false;
  }

  /** Show what others have done meanwhile; what is being typed stays, in its field. */
  async #lookAgain(): Promise<void> {
    if (this.loading || (await chances.opportunitiesTag(settings.crs, true)) === this.#tag) return;
    const before = this.chosen;
    await this.load();
    if (!before || this.busy) return;
    const now = await chances.opportunity(before.id, settings.crs);
    if (this.chosen !== before || (!now.gone && now.seq === before.seq)) return;
    const read = this.#read;
    if (!this.#take(now)) return;
    this.moved = true;
    if (isTyping()) this.#read = read;
  }
}

export const opportunities = new Opportunities();
