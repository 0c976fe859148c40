import { uuid } from '../api/client';
import { ProblemError } from '../api/problem';
import type { CaseCommand, CaseEvent, Role, VisitEntered, VisitList, VisitPicture, VisitRow, VisitShape, VisitState } from '../api/types';
import * as client from '../api/visits';
import { t } from '../i18n/language.svelte';
import { cases, type Actor } from './cases.svelte';
import { notices } from './notices.svelte';
import { session } from './session.svelte';
import { settings } from './settings.svelte';
import { Turns } from './turns';
import { isTyping, Watch } from './watching.svelte';

const PAGE = 100;
/** Roles that plan visits. */
const PLANNING: ReadonlySet<Role> = new Set(['coordinator', 'surveyor']);
const NO_COUNTS: VisitList['counts'] = { new: 0, planned: 0, invited: 0, held: 0, minuted: 0, cancelled: 0, all: 0, matched: 0, waiting: 0 };

/** Whether a command was refused because somebody acted since the visit was read. */
const isMoved = (error: unknown): boolean => error instanceof ProblemError && error.status === 409;

/** Who acts at the desk, as far as it was said: a name that was not typed is none. */
function said({ name, role, department }: Actor): CaseCommand['actor'] {
  return { role, ...(name.trim() ? { name: name.trim() } : {}), ...(department.trim() ? { department: department.trim() } : {}) };
}

/** The visits that one may see, the one that is looked at, and what comes in to it from the field. */
class Visits {
  open = $state(false);
  list = $state.raw<readonly VisitRow[]>([]);
  /** How many the server has, by where they stand and of those that are asked for. */
  counts = $state.raw(NO_COUNTS);
  loading = $state(false);
  /** Only those that stand there; empty: all. */
  state = $state<VisitState | ''>('');
  chosen = $state.raw<VisitShape | null>(null);
  pictures = $state.raw<ReadonlyMap<string, VisitPicture>>(new Map());
  events = $state.raw<readonly CaseEvent[]>([]);
  /** Id of the stop that list and map light, and of the one that is unfolded. */
  lit = $state<string | null>(null);
  stop = $state<string | null>(null);
  /** What the last command has brought about in the cases. */
  entered = $state.raw<readonly VisitEntered[]>([]);
  busy = $state(false);
  /** What was wrong with the last command. */
  refused = $state.raw<unknown>(null);
  /** Whether somebody else did something while the visit lay open. */
  moved = $state(false);

  #most = PAGE;
  /** Another one with each visit that is shown, and with none. */
  readonly #turns = new Turns();
  #listTag: string | null = null;
  #tag: string | null = null;
  /** Number of the last event that a command rests on: what came while somebody was typing was not looked at. */
  #read = 0;
  readonly #watch = new Watch(() => this.#lookAgain());

  /** Who acts, as the server is told: an account acts in its own role that fits; at the desk it is said. */
  actor = $derived<CaseCommand['actor'] | undefined>(session.person ? undefined : said(cases.who));
  /** Whether who is here plans visits: at the desk the role that was said decides. */
  plans = $derived(session.can('visits.plan') && (session.person !== null || PLANNING.has(cases.who.role)));

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
    this.pictures = new Map();
    this.events = [];
    this.lit = this.stop = null;
    this.entered = [];
    this.refused = null;
    this.moved = false;
    this.#tag = null;
  }

  /** Somebody else has signed in: what was told to the one before is not shown to this one. */
  forget(): void {
    this.close();
    this.list = [];
    this.counts = NO_COUNTS;
    this.#listTag = null;
    if (!session.can('visits.read')) this.hide();
    else if (this.open) void this.load();
  }

  async narrow(state: VisitState | ''): Promise<void> {
    this.state = state;
    this.#most = PAGE;
    await this.load();
  }

  async more(): Promise<void> {
    this.#most += PAGE;
    await this.load();
  }

  async load(): Promise<void> {
    this.loading = true;
    try {
      this.#listTag = null;
      await this.#readList(false);
    } catch (error) {
      notices.trouble(error);
    } finally {
      this.loading = false;
    }
  }

  async #readList(quiet: boolean): Promise<void> {
    const query = new URLSearchParams({ limit: String(this.#most), ...(this.state ? { state: this.state } : {}) });
    const [most, state] = [this.#most, this.state];
    const told = await client.visits(query.toString(), this.#listTag, quiet);
    // Others were asked for meanwhile.
    if (!told || most !== this.#most || state !== this.state) return;
    this.#listTag = told.tag;
    this.list = told.body.visits;
    this.counts = told.body.counts;
  }

  async look(id: string): Promise<void> {
    const isLast = this.#turns.begin();
    try {
      const told = await client.visit(id, settings.crs, null, false);
      if (!told || !isLast()) return;
      this.close();
      this.take(told.body, told.tag);
    } catch (error) {
      notices.trouble(error);
    }
  }

  /** Show the open visit as it is by now; one that is not looked at any more stays closed. */
  #takeOpen(visit: VisitShape, tag: string | null = null): void {
    if (this.chosen?.id === visit.id) this.take(visit, tag);
  }

  /** Show a visit as it is now; what belongs to it is read after it. */
  take(visit: VisitShape, tag: string | null = null): void {
    this.chosen = visit;
    this.#tag = tag;
    this.#read = visit.seq;
    void this.#readBeside(visit.id);
  }

  async #readBeside(id: string): Promise<void> {
    try {
      const [pictures, events] = await Promise.all([client.visitPictures(id), client.visitEvents(id)]);
      if (this.chosen?.id !== id) return;
      this.pictures = new Map(pictures.map((one) => [one.id, one]));
      this.events = events;
    } catch (error) {
      notices.trouble(error);
    }
  }

  /** Unfold a stop, or fold it again where it is unfolded. */
  unfold(id: string): void {
    this.stop = this.stop === id ? null : id;
    this.lit = id;
  }

  light(id: string | null): void {
    this.lit = id ?? this.stop;
  }

  /** Carry out a command on the open visit, in its `cases` as well where that is said; true when it is on record. */
  async act(kind: string, data: Record<string, unknown>, { cases: inCases = false, expected = this.#read } = {}): Promise<boolean> {
    const { chosen } = this;
    if (!chosen) return false;
    this.busy = true;
    this.refused = null;
    this.entered = [];
    try {
      const after = await client.actOnVisit(chosen.id, settings.crs, { id: uuid(), kind, ...(this.actor ? { actor: this.actor } : {}), data, expected, ...(inCases ? { cases: true } : {}) });
      this.moved = false;
      this.#takeOpen(after);
      this.entered = this.chosen?.id === chosen.id ? (after.entered ?? []) : [];
      notices.say('done', t('visit_done'));
      void this.load();
      return true;
    } catch (error) {
      this.refused = error;
      if (isMoved(error)) await this.catchUp(chosen.id);
      return false;
    } finally {
      this.busy = false;
    }
  }

  /** Number of the last event that a command rests on. */
  get read(): number {
    return this.#read;
  }

  /** Read the visit again after others have acted; what was refused stays before the eyes. */
  async catchUp(id: string): Promise<void> {
    try {
      const told = await client.visit(id, settings.crs, null, true);
      if (told) this.#takeOpen(told.body, told.tag);
    } catch (error) {
      notices.trouble(error);
    }
  }

  /** Show what others have done and entered meanwhile; what is being typed stays, in its field. */
  async #lookAgain(): Promise<void> {
    const before = this.chosen;
    if (!before) {
      if (!this.loading) await this.#readList(true);
      return;
    }
    if (this.busy) return;
    const told = await client.visit(before.id, settings.crs, this.#tag, true);
    if (!told || this.chosen !== before) return;
    const read = this.#read;
    this.moved = this.moved || told.body.seq > before.seq;
    this.take(told.body, told.tag);
    if (isTyping()) this.#read = read;
  }
}

export const visits = new Visits();
