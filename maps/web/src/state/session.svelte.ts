import { ACTING, actingRoles, reaches } from '../access/rights';
import * as client from '../api/client';
import { ProblemError } from '../api/problem';
import type { Mode, Person, ReadyMade, Rights, Role, SessionShape } from '../api/types';
import { t } from '../i18n/language.svelte';
import { notices } from './notices.svelte';

/** Why somebody is asked to sign in: nothing is shown before, it was wished for, or the session ended at work. */
export type Asking = 'door' | 'wanted' | 'ended';

const ROLE_KEY = 'cotrench.acting';

function rememberedRole(): Role | null {
  try {
    const kept = localStorage.getItem(ROLE_KEY) as Role | null;
    return kept && ACTING.includes(kept) ? kept : null;
  } catch {
    return null; // Chosen anew next time then.
  }
}

/** Who works at this page and what the server lets this one do; nothing is offered that it would refuse. */
class Session {
  /** Null until the server was asked. */
  mode = $state<Mode | null>(null);
  person = $state.raw<Person | null>(null);
  rights = $state.raw<Rights>({});
  readyMade = $state.raw<readonly ReadyMade[]>([]);
  asking = $state<Asking | null>(null);
  /** Whether the dialog for another password is open. */
  changing = $state(false);
  /** One more for each other person: what the page knows was told to the one before. */
  visit = $state(0);
  #chosen = $state<Role | null>(rememberedRole());
  #waiting: Promise<boolean> | null = null;
  #answer: (signedIn: boolean) => void = () => undefined;
  #inside = false;
  #entries = 0;

  roles = $derived(this.person ? actingRoles(this.person) : []);
  /** The role that acts in cases; null: nobody that may. */
  role = $derived<Role | null>(this.#chosen && this.roles.includes(this.#chosen) ? this.#chosen : (this.roles[0] ?? null));

  /** Whether the page shows nothing but its door. */
  get shut(): boolean {
    return this.mode === 'accounts' && !this.person && !this.#inside;
  }

  can(action: string): boolean {
    return this.rights[action] !== undefined;
  }

  /** Whether a line may be written; `operator` of the stored one, undefined for a new one, which is one's own. */
  mayDraw(operator?: string | null): boolean {
    return operator === undefined ? this.can('routes.write') : reaches(this.rights, 'routes.write', this.person, operator);
  }

  act(role: Role): void {
    this.#chosen = role;
    try {
      localStorage.setItem(ROLE_KEY, role);
    } catch {
      // Chosen anew next time then.
    }
  }

  async load(): Promise<void> {
    this.#take(await client.session());
    if (this.shut) this.asking = 'door';
  }

  #take(told: SessionShape): void {
    const other = this.mode === null || (told.person?.id ?? '') !== (this.person?.id ?? '');
    this.mode = told.mode;
    this.person = told.person;
    this.rights = told.may;
    this.readyMade = told.ready_made;
    if (told.person || told.mode !== 'accounts') this.#inside = true;
    if (other) this.#begin();
  }

  /** Another visit: nothing that was told or typed in the one before is shown in this one. */
  #begin(): void {
    this.changing = false;
    notices.forget();
    this.visit += 1;
  }

  /** Sign in; comes back with what went wrong, null when all is well. */
  async signIn(name: string, password: string): Promise<unknown> {
    try {
      this.#take(await client.signIn(name, password));
      this.#entries += 1;
      this.#close(true);
      return null;
    } catch (error) {
      return error;
    }
  }

  async signOut(): Promise<void> {
    try {
      await client.signOut();
      this.#inside = false;
      await this.load();
    } catch (error) {
      notices.trouble(error);
    }
  }

  /** Change one's password; comes back with what went wrong, null when all is well. */
  async changePassword(old: string, fresh: string): Promise<unknown> {
    try {
      await client.changePassword(old, fresh);
      this.changing = false;
      notices.say('done', t('password_changed'));
      return null;
    } catch (error) {
      return error;
    }
  }

  ask(why: Asking): Promise<boolean> {
    this.asking ??= why;
    this.#waiting ??= new Promise((resolve) => (this.#answer = resolve));
    return this.#waiting;
  }

  /** Do without signing in; where a session has ended, the page is nobody's from now on, whether the server answers or not. */
  giveUp(): void {
    const ended = this.asking === 'ended';
    this.#close(false);
    if (!ended) return;
    this.#entries += 1;
    this.person = null;
    this.rights = {};
    this.#inside = false;
    this.#begin();
    void this.#lookAgain();
  }

  /** What nobody who signed in may do here: nothing in an office, a good deal in the sample county. */
  async #lookAgain(): Promise<void> {
    const { visit } = this;
    try {
      const told = await client.session();
      if (visit !== this.visit) return;
      this.#take(told);
      if (!this.shut && !told.person) this.#begin();
    } catch (error) {
      notices.trouble(error);
    }
  }

  #close(signedIn: boolean): void {
    this.asking = null;
    this.#waiting = null;
    this.#answer(signedIn);
  }

  /** Who sends a request now. */
  get sender(): client.Sender {
    return { who: this.person?.id ?? null, entries: this.#entries };
  }

  /** The server does not know who asks any more: ask once for all requests that wait; true: this one may go again. */
  async again(method: string, { who, entries }: client.Sender): Promise<boolean> {
    // An answer may be older than the last coming or going: nobody is asked a second time for it.
    if (entries === this.#entries && !(await this.ask(who ? 'ended' : 'wanted'))) return false;
    if (this.mode === 'accounts' && !this.person) return false;
    if (method === 'GET' || who === null || who === this.person?.id) return true;
    notices.say('trouble', t('sign_in_other', { who: this.person?.name ?? '' }));
    return false;
  }

  /**
   * Whether somebody else has signed in, in another window of this browser. Nobody is asked to; where a session has ended,
   * who was here stays until a request is refused.
   */
  async follow(): Promise<void> {
    const told = await client.session();
    if (this.mode === null || told.person) this.#take(told);
  }

  /** Look again who is signed in and what this one may do: it may have ended or changed meanwhile. */
  async refresh(): Promise<void> {
    try {
      const told = await client.session();
      if (this.person && !told.person && told.mode === 'accounts') void this.ask('ended');
      else this.#take(told);
    } catch (error) {
      if (error instanceof ProblemError) notices.trouble(error);
    }
  }
}

export const session = new Session();
client.door.sender = () => session.sender;
client.door.signedOut = (method, sender) => session.again(method, sender);
client.door.refused = () => void session.refresh();
