import { uuid } from '../api/client';
import { isAbort, ProblemError } from '../api/problem';
import type { CaseRow, PlanAsked, VisitProposal, VisitShape } from '../api/types';
import * as client from '../api/visits';
import type { Point } from '../geometry/points';
import { t } from '../i18n/language.svelte';
import { momentOf } from '../opportunities/figures';
import { askedOf, isPlaced, NOTHING, toggled, wantedOf, type Wanted } from '../visits/asking';
import { costOf } from '../visits/order';
import { notices } from './notices.svelte';
import { session } from './session.svelte';
import { settings } from './settings.svelte';
import { Turns } from './turns';
import { visits } from './visits.svelte';

/** What the next click on the map says: where one starts or ends, another place to look at, or where a case is. */
export type Picking = 'start' | 'end' | 'place' | 'case';

const SETTLE_MS = 300;
const CENTIMETRE = 100;

const rounded = ([x, y]: Point): Point => [Math.round(x * CENTIMETRE) / CENTIMETRE, Math.round(y * CENTIMETRE) / CENTIMETRE];

/** A visit that is being planned or changed: what is wanted, and what the server proposes for it. */
class VisitPlanning {
  open = $state(false);
  wanted = $state.raw<Wanted>(NOTHING);
  due = $state.raw<readonly CaseRow[]>([]);
  /** With the order of least travel; the one by hand beside it. */
  proposed = $state.raw<VisitProposal | null>(null);
  byHand = $state.raw<VisitProposal | null>(null);
  asking = $state(false);
  saving = $state(false);
  /** What was wrong with what was asked last. */
  refused = $state.raw<unknown>(null);
  picking = $state.raw<{ readonly what: Picking; readonly of: string } | null>(null);
  /** The visit that is changed; null: a new one is planned. */
  changing = $state.raw<VisitShape | null>(null);
  reason = $state('');
  #key = uuid();
  /** What a new visit was to be when it was left without storing it. */
  #left: Wanted | null = null;
  /** What the answer that is shown was asked for. */
  #answered = $state.raw<Wanted | null>(null);
  /** What the proposal with least travel was asked for, as text: another title or order needs no other one. */
  #asked = '';
  #under: AbortController | null = null;
  /** Another one with each planning that begins or ends. */
  readonly #turns = new Turns();
  #isLast = this.#turns.begin();

  /** What is shown: by hand where somebody has put the stops otherwise. */
  shown = $derived(this.byHand ?? this.proposed);
  cost = $derived(this.proposed?.plan && this.byHand?.plan ? costOf(this.proposed.plan, this.byHand.plan) : null);
  /** As somebody has called it, else as the server names it after where it leads. */
  title = $derived(this.wanted.title || (this.shown?.plan?.title ?? ''));
  /** Whether what is shown is what is wanted, and can be stored. */
  able = $derived(Boolean(this.shown?.plan) && this.#answered === this.wanted && (this.changing === null || this.reason.trim() !== ''));

  /** Plan a new visit: what was put together and not stored is there again, else what is due is ticked. */
  async begin(): Promise<void> {
    const left = this.#left;
    this.#reset();
    this.open = true;
    this.wanted = left ?? NOTHING;
    const isLast = this.#isLast;
    await this.#readDue();
    if (!left && isLast()) this.set({ cases: this.due.map(({ id }) => id) });
  }

  async change(visit: VisitShape): Promise<void> {
    this.#reset();
    this.open = true;
    this.changing = visit;
    // All cases that were due then are named one by one, so that what is left out of the change stays out.
    const cases = [...new Set([...(visit.asked.cases ?? []), ...visit.cases])];
    const day = visit.days[0]?.on ?? '';
    this.wanted = { ...wantedOf(visit.asked), cases, day: day >= today() ? day : '' };
    await this.#readDue();
  }

  async #readDue(): Promise<void> {
    if (!settings.county?.policy || !session.can('cases.read')) return;
    const isLast = this.#isLast;
    try {
      const due = await client.dueCases(this.changing?.id ?? null);
      if (isLast()) this.due = due;
    } catch (error) {
      notices.trouble(error);
    }
  }

  #reset(): void {
    this.#isLast = this.#turns.begin();
    this.#under?.abort();
    this.proposed = this.byHand = null;
    this.refused = null;
    this.picking = null;
    this.changing = null;
    this.reason = '';
    this.due = [];
    this.#asked = '';
    this.#answered = null;
    this.#key = uuid();
    this.asking = false;
  }

  leave(): void {
    if (this.open && this.changing === null) this.#left = isPlaced(this.wanted) ? this.wanted : null;
    this.#reset();
    this.open = false;
  }

  /** Somebody else has signed in: what was put together is none of this one's. */
  forget(): void {
    this.leave();
    this.#left = null;
  }

  /** Other places make other stops: an order that was put by hand is of before. */
  set(change: Partial<Omit<Wanted, 'order'>>): void {
    const places = (['cases', 'routes', 'sites', 'keep', 'added'] as const).some((name) => name in change);
    this.wanted = { ...this.wanted, ...change, ...(places ? { order: null } : {}) };
  }

  toggle(list: 'cases' | 'routes' | 'sites' | 'keep', id: string): void {
    this.set({ [list]: toggled(this.wanted[list], id) });
  }

  reorder(order: readonly string[] | null): void {
    this.wanted = { ...this.wanted, order };
    if (order === null) this.byHand = null;
  }

  isPicking = (what: Picking, of = ''): boolean => this.picking?.what === what && this.picking.of === of;

  /** Say what the next click on the map is for, or no longer. */
  pick(what: Picking, of = ''): void {
    this.picking = this.isPicking(what, of) ? null : { what, of };
  }

  /** Take a click on the map for what was asked for; false: nothing was. */
  place(at: Point): boolean {
    const { picking, wanted } = this;
    if (!picking) return false;
    const [x, y] = rounded(at);
    const { what, of } = picking;
    if (what === 'place') this.set({ added: [...wanted.added, { x, y, name: t('visit_place_name', { n: wanted.added.length + 1 }), note: '' }] });
    else if (what === 'case') this.set({ added: [...wanted.added.filter((one) => one.case !== of), { x, y, name: '', note: '', case: of }], keep: [...new Set([...wanted.keep, of])] });
    else this.set({ [what]: [x, y] });
    this.picking = null;
    return true;
  }

  /** Ask for a proposal a moment after what is wanted has changed; to be run in an effect. */
  follow(): (() => void) | undefined {
    const { wanted } = this;
    if (!this.open) return undefined;
    const timer = setTimeout(() => void this.#ask(wanted), SETTLE_MS);
    return () => clearTimeout(timer);
  }

  async #ask(wanted: Wanted): Promise<void> {
    this.#under?.abort();
    const controller = new AbortController();
    this.#under = controller;
    if (!isPlaced(wanted)) {
      this.proposed = this.byHand = null;
      this.refused = null;
      this.#asked = '';
      this.asking = false;
      return;
    }
    this.asking = true;
    try {
      const free = askedOf({ ...wanted, order: null }, settings.crs);
      const key = placesOf(free);
      if (key !== this.#asked) {
        this.proposed = await client.proposeVisit(free, controller.signal);
        this.#asked = key;
      }
      this.byHand = wanted.order ? await client.proposeVisit(askedOf(wanted, settings.crs), controller.signal) : null;
      this.#answered = wanted;
      this.refused = null;
    } catch (error) {
      if (!controller.signal.aborted && !isAbort(error)) this.refused = error;
    } finally {
      if (this.#under === controller) this.asking = false;
    }
  }

  /** Store what is shown; true when it is on record. */
  async save(): Promise<boolean> {
    const plan = this.shown?.plan;
    if (!this.able || !plan) return false;
    const asked = askedOf(this.wanted, settings.crs);
    this.saving = true;
    this.refused = null;
    try {
      if (this.changing) {
        // What others did since the change was begun was not looked at here.
        if (!(await visits.act('change_visit', { reason: this.reason.trim(), asked }, { expected: this.changing.seq }))) {
          this.refused = visits.refused;
          return false;
        }
      } else {
        const made = await client.planVisit(asked, visits.actor, this.#key);
        notices.say('done', t('visit_saved', { id: made.id }));
        visits.take(made);
        void visits.load();
        this.wanted = NOTHING;
      }
      // The county has changed since it was proposed, or office hours have gone by.
      const stored = visits.chosen?.days[0]?.sets_out ?? '';
      if (Date.parse(stored) !== Date.parse(plan.days[0]?.sets_out ?? '')) notices.say('trouble', t('visit_saved_otherwise', { at: momentOf(stored) }));
      this.leave();
      return true;
    } catch (error) {
      // What was refused is asked for anew, with what is mended in it.
      if (error instanceof ProblemError) this.#key = uuid();
      this.refused = error;
      return false;
    } finally {
      this.saving = false;
    }
  }
}

/** The day in the county. */
const today = (): string => momentOf(new Date().toISOString()).slice(0, 10);

/** All that a proposal rests on but its name. */
const placesOf = ({ title: _, ...places }: PlanAsked): string => JSON.stringify(places);

export const planning = new VisitPlanning();
