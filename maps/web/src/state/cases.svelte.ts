import * as client from '../api/client';
import { actOnProject } from '../api/opportunities';
import { ProblemError } from '../api/problem';
import type { CaseCommand, CaseEvent, CasePossible, CaseShape, CaseTask, Department, ProjectCommandKind, Role } from '../api/types';
import { dataOf, type Entries } from '../cases/fields';
import type { Looking, Narrowed } from '../cases/worklist';
import { t } from '../i18n/language.svelte';
import { sharedData } from '../opportunities/project';
import { notices } from './notices.svelte';
import { session } from './session.svelte';
import { settings } from './settings.svelte';
import { Turns } from './turns';
import { isTyping, Watch } from './watching.svelte';
import { worklists, type For } from './worklists.svelte';

const WHO_KEY = 'cotrench.actor';

export interface Actor {
  readonly name: string;
  readonly role: Role;
  readonly department: string;
}

const NOBODY: Actor = { name: '', role: 'coordinator', department: '' };
const GUEST: Actor = { ...NOBODY, role: 'guest' };

function remembered(): Actor {
  try {
    return { ...NOBODY, ...(JSON.parse(localStorage.getItem(WHO_KEY) ?? '{}') as Partial<Actor>) };
  } catch {
    return NOBODY;
  }
}

/** Whether a command was refused because somebody acted since the case was read. */
function isMoved(error: unknown): boolean {
  if (!(error instanceof ProblemError)) return false;
  const codes = [error.problem.code, ...(error.problem.errors ?? []).map(({ code }) => code)];
  return codes.some((code) => code === 'case.changed' || code === 'case.stale' || code === 'case.decided_already');
}

/** The cases of the county, the one that is looked at, and who acts on it. */
class Cases {
  open = $state(false);
  loading = $state(false);
  chosen = $state.raw<CaseShape | null>(null);
  events = $state.raw<readonly CaseEvent[]>([]);
  /** Who said to act, where nobody signs in. */
  typed = $state.raw<Actor>(remembered());
  busy = $state(false);
  /** What was wrong with the last command. */
  refused = $state.raw<unknown>(null);
  /** What others did between reading the case and the command that was refused for it, the clock left out. */
  meanwhile = $state.raw<readonly CaseEvent[]>([]);
  /** What somebody else did last while the case lay open. */
  news = $state.raw<CaseEvent | null>(null);
  #learned = false;
  #tag: string | null = null;
  /** Number of the last event that a command rests on: what came while somebody was typing was not looked at. */
  #read = 0;
  /** Another one with each case that is shown, and with none. */
  readonly #turns = new Turns();
  readonly #watch = new Watch(() => this.#lookAgain());

  /** Those whom the county's document names; empty until they were asked for. */
  departments = $state.raw<readonly Department[]>([]);

  /** Who acts: the person who is signed in, else who said so; a guest where signing in comes first. */
  who = $derived.by<Actor>(() => {
    const { person, role } = session;
    if (person) return { name: person.name, role: role ?? 'admin', department: person.department || person.organisation_name };
    return session.can('cases.act') ? this.typed : GUEST;
  });
  /** As a command names who acts: name and department are the account's where somebody has signed in. */
  actor = $derived<CaseCommand['actor']>(session.person ? { role: this.who.role } : this.who);
  looking = $derived<Looking>({ role: this.who.role, utility: session.person?.utility ?? '' });
  /** Whom the work lists are for; whoever may not act sees cases, and none waits for it. */
  whom = $derived<For>({
    role: session.can('cases.act') && this.who.role !== 'admin' && this.who.role !== 'guest' ? this.who.role : null,
    actingFor: session.person ? '' : this.who.department.trim(),
    name: this.who.name,
  });

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
    this.events = [];
    this.refused = null;
    this.meanwhile = [];
    this.news = null;
  }

  /** Somebody else has signed in: what was told to the one before is not shown to this one. */
  forget(): void {
    this.close();
    worklists.forget();
    if (!session.can('cases.read')) this.hide();
    else if (this.open) void this.load();
  }

  be(change: Partial<Actor>): void {
    this.typed = { ...this.typed, ...change };
    try {
      localStorage.setItem(WHO_KEY, JSON.stringify(this.typed));
    } catch {
      // Said anew next time then.
    }
  }

  /** Ask once who there is: the keys of departments are the document's, and nobody knows them by heart. */
  async learnDepartments(): Promise<void> {
    const policy = settings.county?.policy;
    if (!policy || this.#learned) return;
    this.#learned = true;
    try {
      this.departments = await client.departments(policy);
    } catch (error) {
      this.#learned = false;
      notices.trouble(error);
    }
  }

  async load(): Promise<void> {
    this.loading = true;
    try {
      await worklists.read(this.whom);
    } catch (error) {
      notices.trouble(error);
    } finally {
      this.loading = false;
    }
  }

  async narrow(change: Partial<Narrowed>): Promise<void> {
    worklists.narrowed = { ...worklists.narrowed, ...change };
    await this.load();
  }

  async look(id: string): Promise<void> {
    const isLast = this.#turns.begin();
    try {
      const [chosen, events] = await Promise.all([client.theCase(id), client.caseEvents(id)]);
      if (!isLast()) return;
      this.#take(chosen, events);
      this.refused = null;
      this.meanwhile = [];
      this.news = null;
      worklists.seen(id);
    } catch (error) {
      notices.trouble(error);
    }
  }

  #take(chosen: CaseShape, events: readonly CaseEvent[]): void {
    this.chosen = chosen;
    this.events = events;
    this.#read = chosen.seq;
    this.#tag = null;
  }

  /** Show what others have done meanwhile, without a word to say; what is being typed stays, in its field. */
  async #lookAgain(): Promise<void> {
    const before = this.chosen;
    if (!before) {
      if (!this.loading) await worklists.read(this.whom, true);
      return;
    }
    const told = await client.theCaseAnew(before.id, this.#tag);
    if (!told) return;
    const events = told.body.seq > before.seq ? await client.caseEvents(before.id) : this.events;
    if (this.busy || this.chosen !== before) return;
    this.#tag = told.tag;
    this.chosen = told.body;
    this.events = events;
    if (!isTyping()) this.#read = told.body.seq;
    const others = events.filter(({ seq, clock, who }) => seq > before.seq && !clock && who !== this.who.name);
    // Of what one command brought about, the first says what was done.
    const last = others.at(-1);
    this.news = others.find(({ at, who }) => at === last?.at && who === last.who) ?? this.news;
  }

  async #readEvents(id: string): Promise<void> {
    try {
      const events = await client.caseEvents(id);
      if (this.chosen?.id === id) this.events = events;
    } catch (error) {
      notices.trouble(error);
    }
  }

  /** Carry out a command; true when it is on record. */
  async act({ kind }: Pick<CasePossible, 'kind'>, task: CaseTask | null, entries: Entries): Promise<boolean> {
    this.busy = true;
    this.refused = null;
    this.meanwhile = [];
    const before = this.chosen;
    try {
      const built = kind === 'record_as_built' ? await this.#asBuilt(entries) : {};
      const command = { kind, actor: this.actor, data: dataOf(kind, entries, before, task, this.who.role === 'utility' ? this.who.department : ''), ...built };
      const after = before ? await client.actOnCase(before.id, { ...command, expected: this.#read }) : await client.beginCase(command);
      notices.say('done', t('case_done'));
      void this.load();
      if (this.chosen?.id !== before?.id) return true;
      this.#take(after, this.events);
      this.news = null;
      void this.#readEvents(after.id);
      return true;
    } catch (error) {
      this.refused = error;
      if (before && isMoved(error)) await this.#catchUp(before);
      return false;
    } finally {
      this.busy = false;
    }
  }

  /** Carry out a command in all parts of the project that a chance has become; the case after it, null where it was refused. */
  async actForAll(opportunity: string, kind: ProjectCommandKind, entries: Entries): Promise<CaseShape | null> {
    this.busy = true;
    this.refused = null;
    this.meanwhile = [];
    try {
      const after = await actOnProject(opportunity, { kind, actor: this.actor, data: sharedData(kind, entries) });
      notices.say('done', t('case_done'));
      return after;
    } catch (error) {
      this.refused = error;
      return null;
    } finally {
      this.busy = false;
    }
  }

  /** Show a case from wherever it was named. */
  showOne(id: string): void {
    this.show();
    void this.look(id);
  }

  /** Read the case again after others have acted; what was refused stays before the eyes, and what was typed in its field. */
  async #catchUp(before: CaseShape): Promise<void> {
    try {
      const [chosen, events] = await Promise.all([client.theCase(before.id), client.caseEvents(before.id)]);
      if (this.chosen?.id !== before.id) return;
      const read = this.#read;
      this.#take(chosen, events);
      this.news = null;
      this.meanwhile = events.filter(({ seq, clock }) => seq > read && !clock);
    } catch (error) {
      notices.trouble(error);
    }
  }

  /** The line that was surveyed is a line of the map: its geometry is what was laid. */
  async #asBuilt(entries: Entries): Promise<Record<string, unknown>> {
    const { feature } = await client.route((entries['line'] ?? '').trim(), settings.crs);
    const accuracy = Number(entries['accuracy_m']);
    return { geometry: feature.geometry, crs: settings.crs, ...(accuracy > 0 ? { accuracy_m: accuracy } : {}) };
  }
}

export const cases = new Cases();
