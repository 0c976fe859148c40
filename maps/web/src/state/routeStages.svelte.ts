import { uuid } from '../api/client';
import { isAbort, ProblemError } from '../api/problem';
import * as client from '../api/stages';
import type { RouteGeometries } from '../api/types';
import type { Point } from '../geometry/points';
import { t } from '../i18n/language.svelte';
import { draft } from './draft.svelte';
import { notices } from './notices.svelte';
import { routes } from './routes.svelte';
import { saving } from './saving.svelte';
import { settings } from './settings.svelte';

const isElsewhere = (error: unknown): error is ProblemError => error instanceof ProblemError && (error.problem.errors ?? []).some(({ code }) => code === 'surveyed.elsewhere');

/** The route that is open, as planned, surveyed and laid, while somebody looks at that. */
class RouteStagesState {
  told = $state.raw<RouteGeometries | null>(null);
  /** The place that a row points at. */
  lit = $state.raw<Point | null>(null);
  busy = $state(false);
  /** A line that lies elsewhere than the route, and why it was not taken over: it may be meant. */
  elsewhere = $state.raw<{ readonly line: string; readonly problem: ProblemError } | null>(null);
  #under = new AbortController();

  async look(route: string): Promise<void> {
    this.close();
    const { signal } = this.#under;
    try {
      const told = await client.routeGeometries(route, settings.crs, signal);
      if (!signal.aborted) this.told = told;
    } catch (error) {
      if (!signal.aborted && !isAbort(error)) notices.trouble(error);
    }
  }

  close(): void {
    this.#under.abort();
    this.#under = new AbortController();
    this.told = null;
    this.lit = null;
    this.elsewhere = null;
  }

  /** Open the route as it is by now, unless somebody has gone on to another one, or has begun to change this one. */
  async #lookAnew(before: RouteGeometries): Promise<void> {
    if (this.told !== before || draft.dirty) return;
    await saving.open(before.route);
    await this.look(before.route);
  }

  /** Let a measured line be what is judged; `moved`: the route is meant to lie there. */
  async take(line: string, moved: boolean): Promise<void> {
    const before = this.told;
    if (!before) return;
    this.busy = true;
    this.elsewhere = null;
    try {
      await client.takeOver(before.route, { line, ...(moved ? { moved } : {}) }, settings.crs, before.revision, uuid());
      notices.say('done', t('stages_taken'));
      await routes.refresh();
      await this.#lookAnew(before);
    } catch (error) {
      if (!isElsewhere(error)) notices.trouble(error);
      else if (this.told === before) this.elsewhere = { line, problem: error };
      // Somebody has changed the route: what is shown is not what is there.
      if (error instanceof ProblemError && error.status === 412) await this.#lookAnew(before);
    } finally {
      this.busy = false;
    }
  }
}

export const routeStages = new RouteStagesState();
