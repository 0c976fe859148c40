import * as client from '../api/client';
import type { CaseEvent, CasePossible, CaseRow, CaseShape, CaseTask, Department, Role } from '../api/types';
import { dataOf, type Entries } from '../cases/fields';
import { t } from '../i18n/language.svelte';
import { notices } from './notices.svelte';
import { settings } from './settings.svelte';

const WHO_KEY = 'cotrench.actor';

export interface Actor {
  readonly name: string;
  readonly role: Role;
  readonly department: string;
}

const NOBODY: Actor = { name: '', role: 'coordinator', department: '' };

function remembered(): Actor {
  try {
    return { ...NOBODY, ...(JSON.parse(localStorage.getItem(WHO_KEY) ?? '{}') as Partial<Actor>) };
  } catch {
    return NOBODY;
  }
}

/** The cases of the county, the one that is looked at, and who acts on it. */
class Cases {
  open = $state(false);
  list = $state.raw<readonly CaseRow[]>([]);
  loading = $state(false);
  chosen = $state.raw<CaseShape | null>(null);
  events = $state.raw<readonly CaseEvent[]>([]);
  who = $state.raw<Actor>(remembered());
  busy = $state(false);
  /** What was wrong with the last command. */
  refused = $state.raw<unknown>(null);
  /** Only those in which the role may do something. */
  mine = $state(false);
  #learned = false;

  /** Those whom the county's document names; empty until they were asked for. */
  departments = $state.raw<readonly Department[]>([]);

  shown = $derived(this.mine ? this.list.filter((row) => (row.possible[this.who.role] ?? []).length > 0) : this.list);

  show(): void {
    this.open = true;
    void this.load();
  }

  hide(): void {
    this.open = false;
    this.close();
  }

  close(): void {
    this.chosen = null;
    this.events = [];
    this.refused = null;
  }

  be(change: Partial<Actor>): void {
    this.who = { ...this.who, ...change };
    try {
      localStorage.setItem(WHO_KEY, JSON.stringify(this.who));
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
      this.list = await client.cases();
    } catch (error) {
      notices.trouble(error);
    } finally {
      this.loading = false;
    }
  }

  async look(id: string): Promise<void> {
    try {
      const [chosen, events] = await Promise.all([client.theCase(id), client.caseEvents(id)]);
      this.chosen = chosen;
      this.events = events;
      this.refused = null;
    } catch (error) {
      notices.trouble(error);
    }
  }

  /** Carry out a command; true when it is on record. */
  async act({ kind }: Pick<CasePossible, 'kind'>, task: CaseTask | null, entries: Entries): Promise<boolean> {
    this.busy = true;
    this.refused = null;
    const before = this.chosen;
    try {
      const built = kind === 'record_as_built' ? await this.#asBuilt(entries) : {};
      const command = { kind, actor: this.who, data: dataOf(kind, entries, before, task), ...built };
      const after = before ? await client.actOnCase(before.id, { ...command, expected: before.seq }) : await client.beginCase(command);
      this.chosen = after;
      notices.say('done', t('case_done'));
      this.events = await client.caseEvents(after.id);
      void this.load();
      return true;
    } catch (error) {
      this.refused = error;
      return false;
    } finally {
      this.busy = false;
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
