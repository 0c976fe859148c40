import { uuid } from '../api/client';
import * as client from '../api/forms';
import { ProblemError, UnreachableError } from '../api/problem';
import type { DraftRow, DraftShape, FaultShape, FilingShape, FormChecked, FormShape } from '../api/types';
import { APPLICANT, asksApplicant, byField, entered, fieldsOf, inOrder, masked, placed, progressOf, type Entry, type Values } from '../forms/entries';
import { t } from '../i18n/language.svelte';
import { cases } from './cases.svelte';
import { notices } from './notices.svelte';
import { session } from './session.svelte';
import { settings } from './settings.svelte';

const QUIET_MS = 700;
const AGAIN_MS = 3000;
const NOTHING: FilingShape = { channel: 'online', agent: '', applicant: '', address: '', utilities: [] };

/** `moved`: another window has changed the draft; `gone`: it was filed or deleted there. */
export type Saving = 'new' | 'dirty' | 'saving' | 'saved' | 'failed' | 'moved' | 'gone';

/** A form of which the server has not everything, and who typed it. */
interface SetAside extends Pick<Forms, 'form' | 'values' | 'filing'> {
  readonly whose: string;
  readonly draft: DraftShape | null;
}

/** The county's form on the table, saved by itself as a draft, and the drafts that wait. */
class Forms {
  open = $state(false);
  form = $state.raw<FormShape | null>(null);
  drafts = $state.raw<readonly DraftRow[]>([]);
  values = $state.raw<Values>({});
  filing = $state.raw<FilingShape>(NOTHING);
  saving = $state<Saving>('new');
  savedAt = $state('');
  /** Whether somebody tried to hand the form in: what is missing is told from then on. */
  tried = $state(false);
  filingNow = $state(false);
  /** What the case itself, or the server, said to the last try. */
  refused = $state.raw<unknown>(null);
  #wrong = $state.raw<readonly FaultShape[]>([]);
  #missing = $state.raw<readonly FaultShape[]>([]);
  /** What the server misses in an empty form. */
  #missedAtFirst = $state.raw<readonly FaultShape[]>([]);
  #draft = $state.raw<DraftShape | null>(null);
  #key = uuid();
  #clock: ReturnType<typeof setTimeout> | undefined;
  #underway: Promise<void> | null = null;
  #whose = '';
  #aside: SetAside | null = null;

  faults = $derived(this.form ? inOrder(this.form, placed(this.form, [...this.#wrong, ...(this.tried ? this.#missing : [])])) : []);
  faultsOf = $derived(byField(this.faults));
  /** The fields that it cannot be handed in without. */
  needed = $derived(this.form ? fieldsOf(placed(this.form, this.#missedAtFirst)) : new Set<string>());
  progress = $derived(this.form ? progressOf(this.form, this.values, this.needed, fieldsOf(placed(this.form, [...this.#wrong, ...this.#missing]))) : null);
  draftId = $derived(this.#draft?.id ?? null);
  isWrong = $derived(this.#wrong.length > 0);
  isSafe = $derived(this.saving === 'new' || this.saving === 'saved');

  async load(): Promise<void> {
    if (!session.can('cases.act')) {
      this.drafts = [];
      return;
    }
    try {
      this.drafts = await client.drafts();
    } catch (error) {
      notices.trouble(error);
    }
  }

  async begin(): Promise<void> {
    const policy = settings.county?.policy;
    if (!policy) return;
    await this.#show(policy, '', null);
    await this.#nameApplicant();
  }

  /** Who applies for nobody else is named from the start. */
  async #nameApplicant(): Promise<void> {
    const { form } = this;
    const { person } = session;
    if (!form || !person || cases.who.role !== 'applicant') return;
    const name = person.organisation_name || person.name;
    if (asksApplicant(form)) this.values = entered(this.values, APPLICANT, name);
    else this.filing = { ...this.filing, applicant: name };
    try {
      this.#told(await client.checkForm(form.policy, form.form, { values: this.values, filing: this.filing }));
    } catch (error) {
      notices.trouble(error);
    }
  }

  async resume(row: DraftRow): Promise<void> {
    try {
      await this.#show(row.policy, row.form, await client.draft(row.id));
    } catch (error) {
      notices.trouble(error);
      void this.load();
    }
  }

  async #show(policy: string, form: string, draft: DraftShape | null): Promise<void> {
    this.form = null;
    this.open = true;
    this.#whose = session.person?.id ?? '';
    this.tried = false;
    this.refused = null;
    this.#put(draft);
    try {
      const shape = await client.countyForm(policy, form);
      const [first] = shape.channels;
      if (!draft && first && !shape.channels.some(({ key }) => key === NOTHING.channel)) this.filing = { ...NOTHING, channel: first.key };
      const { missing } = await client.checkForm(policy, shape.form, { values: {}, filing: NOTHING });
      this.#missedAtFirst = missing;
      if (!draft) this.#told({ wrong: [], missing });
      this.form = shape;
    } catch (error) {
      this.open = false;
      notices.trouble(error);
    }
  }

  #put(draft: DraftShape | null): void {
    clearTimeout(this.#clock);
    this.#key = uuid();
    this.#draft = draft;
    this.values = draft?.values ?? {};
    this.filing = draft?.filing ?? NOTHING;
    this.#told(draft ?? { wrong: [], missing: [] });
    this.saving = draft ? 'saved' : 'new';
    this.savedAt = draft?.changed_at ?? '';
  }

  /** Take over what the server says of the entries. */
  #told({ wrong, missing }: Pick<FormChecked, 'wrong' | 'missing'>): void {
    this.#wrong = wrong;
    this.#missing = missing;
  }

  enter(key: string, entry: Entry): void {
    this.values = entered(this.values, key, entry);
    this.#changed();
  }

  tell(change: Partial<FilingShape>): void {
    this.filing = { ...this.filing, ...change };
    this.#changed();
  }

  /** A field was left: what was typed is saved, and checked with it. */
  leave(): void {
    if (this.saving === 'dirty') void this.save();
  }

  #changed(): void {
    this.refused = null;
    this.#key = uuid();
    if (this.saving === 'moved' || this.saving === 'gone') return;
    this.saving = 'dirty';
    this.#wait(QUIET_MS);
  }

  #wait(ms: number): void {
    clearTimeout(this.#clock);
    this.#clock = setTimeout(() => void this.save(), ms);
  }

  /** Save until nothing is left to save; one request at a time. */
  async save(leaving = false): Promise<void> {
    clearTimeout(this.#clock);
    if (this.#underway) await this.#underway;
    if (this.saving !== 'dirty' && this.saving !== 'failed') return;
    this.#underway = this.#send(leaving);
    await this.#underway;
    this.#underway = null;
  }

  async #send(leaving: boolean): Promise<void> {
    const { form } = this;
    if (!form) return;
    const sent = { values: this.values, filing: this.filing };
    this.saving = 'saving';
    try {
      const before = this.#draft;
      const kept = before ? await client.keepDraft(before.id, before.revision, sent, leaving) : await client.beginDraft(form.policy, form.form, sent, this.#key);
      if (this.form === form) this.#took(form, sent, kept);
    } catch (error) {
      if (this.form === form) this.#troubled(error);
    }
  }

  #took(form: FormShape, sent: client.FormEntries, kept: DraftShape): void {
    this.#draft = kept;
    this.#told(kept);
    this.savedAt = kept.changed_at;
    const isSame = this.values === sent.values && this.filing === sent.filing;
    this.values = masked(form, this.values, sent.values as Values, kept.values, kept.wrong);
    if (isSame) this.saving = 'saved';
    else {
      this.saving = 'dirty';
      this.#wait(QUIET_MS);
    }
  }

  #troubled(error: unknown): void {
    const status = error instanceof ProblemError ? error.status : 0;
    if (status === 412) this.saving = 'moved';
    else if (status === 404) this.saving = 'gone';
    else {
      this.saving = 'failed';
      if (error instanceof UnreachableError || status >= 500) this.#wait(AGAIN_MS);
      else this.refused = error;
    }
  }

  /** Another window has changed the draft: take what it wrote. */
  async takeOther(): Promise<void> {
    const id = this.draftId;
    if (!id) return;
    try {
      this.#put(await client.draft(id));
    } catch (error) {
      notices.trouble(error);
    }
  }

  /** Another window has changed, filed or deleted the draft: what stands here is kept all the same. */
  async keepMine(): Promise<void> {
    try {
      const id = this.draftId;
      const now = this.saving === 'moved' && id ? await client.draft(id) : null;
      this.#draft = now;
      this.#key = uuid();
      this.saving = 'dirty';
      await this.save();
    } catch (error) {
      notices.trouble(error);
    }
  }

  /** Hand the form in; true when the case has begun. All that is wrong or missing is told otherwise. */
  async file(): Promise<boolean> {
    if (!this.form || this.filingNow) return false;
    this.filingNow = true;
    this.refused = null;
    try {
      await this.#settle();
      this.tried = true;
      if (this.#wrong.length + this.#missing.length > 0) return false;
      const draft = this.#draft;
      if (!draft || this.saving !== 'saved') return false;
      const actor = session.person ? { role: cases.who.role } : cases.who;
      const made = await client.fileDraft(draft.id, draft.revision, actor, `file-${draft.id}-${this.#key}`);
      this.#put(null);
      this.open = false;
      notices.say('done', t('case_done'));
      void this.load();
      void cases.load();
      await cases.look(made.id);
      return true;
    } catch (error) {
      this.#notFiled(error);
      return false;
    } finally {
      this.filingNow = false;
    }
  }

  /** Save what is typed; a form in which nothing was typed yet is only checked. */
  async #settle(): Promise<void> {
    const { form } = this;
    if (this.saving === 'new' && !this.#draft && form) {
      this.#told(await client.checkForm(form.policy, form.form, { values: this.values, filing: this.filing }));
      return;
    }
    while (this.saving === 'dirty' || this.saving === 'saving') await this.save();
    if (this.saving === 'failed') await this.save();
  }

  #notFiled(error: unknown): void {
    if (error instanceof ProblemError && error.problem.code === 'draft.stale') this.saving = 'moved';
    else if (error instanceof ProblemError && error.status === 404) this.saving = 'gone';
    else this.refused = error;
    // Another answer to the same key would be the first one again; no answer at all may have been a case.
    if (error instanceof ProblemError) this.#key = uuid();
  }

  /** Somebody else works at the page: what the server does not have yet waits for who typed it, in this window alone. */
  forget(): void {
    const { form, values, filing } = this;
    if (this.open && form && !this.isSafe) this.#aside = { whose: this.#whose, form, values, filing, draft: this.#draft };
    this.#put(null);
    this.form = null;
    this.open = false;
    this.drafts = [];
    this.refused = null;
  }

  /** Who typed it is back: go on where the session has ended. */
  restore(): void {
    const kept = this.#aside;
    if (kept === null || kept.whose !== (session.person?.id ?? '')) return;
    this.#aside = null;
    this.#whose = kept.whose;
    this.form = kept.form;
    this.#put(kept.draft);
    this.values = kept.values;
    this.filing = kept.filing;
    this.open = true;
    cases.show();
    this.#changed();
  }

  /** Leave the form; what was typed stays as a draft. */
  async close(): Promise<void> {
    await this.save();
    this.open = false;
    await this.load();
  }

  async drop(row: DraftRow): Promise<void> {
    try {
      await client.dropDraft(row);
    } catch (error) {
      notices.trouble(error);
    }
    await this.load();
  }
}

export const forms = new Forms();
