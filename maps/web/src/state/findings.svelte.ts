import * as client from '../api/client';
import { isAbort, ProblemError } from '../api/problem';
import type { Acceptance, PlacedFinding } from '../api/types';
import { ANYTHING, matches, type Filter } from '../findings/filter';
import { inOrder } from '../findings/order';
import { t } from '../i18n/language.svelte';
import { assessment } from './assessment.svelte';
import { notices } from './notices.svelte';
import { routes } from './routes.svelte';
import { session } from './session.svelte';
import { settings } from './settings.svelte';
import { mapWindow } from './window.svelte';

/** More than these are no list to work through; the filters of the server narrow it. */
export const MOST_FINDINGS = 20_000;
const WHO_KEY = 'cotrench.who';

function rememberedName(): string {
  try {
    return localStorage.getItem(WHO_KEY) ?? '';
  } catch {
    return '';
  }
}

/** The findings of the county, which of them are looked at, which one is pointed at, and what was accepted. */
class Findings {
  list = $state.raw<readonly PlacedFinding[]>([]);
  /** How many the server has. */
  total = $state(0);
  loading = $state(false);
  /** Whether something was written since they were fetched; true before the first time. */
  stale = $state(true);
  /** Whether the panel of the county's findings is open. */
  open = $state(false);
  filter = $state.raw<Filter>(ANYTHING);
  inView = $state(false);
  /** The finding whose row is open, in the county or of the draft. */
  chosen = $state<string | null>(null);
  /** What the map lights now; a new object flashes again. */
  lit = $state.raw<{ readonly finding: PlacedFinding; readonly flash: boolean } | null>(null);
  accepting = $state.raw<PlacedFinding | null>(null);
  /** Where the list was scrolled to, for coming back to it. */
  scrolled = 0;
  who = $state(rememberedName());

  shown = $derived.by(() => {
    const filter = { ...this.filter, box: this.inView ? mapWindow.extent : null };
    return this.list.filter((finding) => matches(finding, filter));
  });

  /** The findings of the drawn line, in the order and with the numbers its list has. */
  ofDraft = $derived(inOrder(assessment.result?.findings ?? []));

  #under: AbortController | null = null;

  constructor() {
    routes.on(() => (this.stale = true));
  }

  show(): void {
    this.open = true;
    settings.visible['findings'] = true;
  }

  hide(): void {
    this.open = false;
    this.lit = null;
    settings.visible['findings'] = false;
  }

  /** Fetch them all, page after page; the first page is shown while the others are under way. */
  async load(): Promise<void> {
    this.#under?.abort();
    const controller = new AbortController();
    this.#under = controller;
    this.loading = true;
    this.stale = false;
    try {
      let path: string | null = null;
      let fresh: PlacedFinding[] = [];
      do {
        const page = await client.findings(settings.crs, path, controller.signal);
        if (controller.signal.aborted) return;
        fresh = [...fresh, ...page.findings];
        path = page.next;
        // What was there before is not taken away until as much of the new is here.
        if (fresh.length >= this.list.length || path === null) this.list = fresh;
        this.total = page.total;
      } while (path !== null && fresh.length < MOST_FINDINGS);
      this.list = fresh;
    } catch (error) {
      if (!controller.signal.aborted && !isAbort(error)) notices.trouble(error);
    } finally {
      if (this.#under === controller) this.loading = false;
    }
  }

  /** Somebody else has signed in: what was told to the one before is not shown to this one. */
  forget(): void {
    this.#under?.abort();
    this.list = [];
    this.total = 0;
    this.stale = true;
    this.accepting = null;
    this.chosen = null;
    this.hide();
  }

  light(finding: PlacedFinding | null, flash = true): void {
    this.lit = finding && { finding, flash };
  }

  /** The pointer has left a row: what is lit then is the one whose row is open. */
  rest(rows: readonly PlacedFinding[]): void {
    const open = rows.find(({ id }) => id === this.chosen) ?? null;
    if (open?.id !== this.lit?.finding.id) this.light(open, false);
  }

  /** Accept it; comes back with what went wrong, null when all is well. */
  async accept(finding: PlacedFinding, reason: string, who: string): Promise<unknown> {
    if (!session.person) this.#remember(who);
    try {
      this.#settle(finding.id, await client.acceptFinding(finding, reason, who));
      notices.say('done', t('accepted'));
      return null;
    } catch (error) {
      // Somebody changed what it rests on: what is shown is old.
      if (error instanceof ProblemError && (error.status === 409 || error.status === 404)) void this.load();
      return error;
    }
  }

  async withdraw(finding: PlacedFinding): Promise<void> {
    try {
      await client.withdrawAcceptance(finding, session.person ? '' : this.who);
      this.#settle(finding.id, null);
      notices.say('done', t('accept_withdrawn'));
    } catch (error) {
      notices.trouble(error);
    }
  }

  #settle(id: string, acceptance: Acceptance | null): void {
    const renew = (findings: readonly PlacedFinding[]): PlacedFinding[] =>
      findings.map((finding) => (finding.id === id ? { ...finding, acceptance } : finding));
    this.list = renew(this.list);
    const { result } = assessment;
    if (result?.findings) assessment.result = { ...result, findings: renew(result.findings) };
  }

  #remember(who: string): void {
    this.who = who;
    try {
      localStorage.setItem(WHO_KEY, who);
    } catch {
      // Typed anew next time then.
    }
  }
}

export const findings = new Findings();
