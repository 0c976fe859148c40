import * as client from '../api/client';
import { faultyVertices, ProblemError } from '../api/problem';
import type { Feature, RouteProperties } from '../api/types';
import { featureOf, partsOf, unready, type DraftShape } from '../editing/draft';
import { t } from '../i18n/language.svelte';
import { draft } from './draft.svelte';
import { steps } from './history.svelte';
import { notices } from './notices.svelte';
import { routes } from './routes.svelte';
import { settings } from './settings.svelte';

type Route = Feature<RouteProperties>;

export interface Conflict {
  /** The server's version now; null when the route is gone. */
  readonly theirs: Route | null;
  readonly mine: DraftShape;
}

/** Writing to the server: save, delete, the meeting of two editors, and the way back from each. */
class Saving {
  busy = $state(false);
  conflict = $state.raw<Conflict | null>(null);
  /** The revision this window last saw of each route it opened or wrote; a change is made against it. */
  #etags = new Map<string, string>();

  async open(id: string): Promise<boolean> {
    try {
      const { feature, etag } = await client.route(id, settings.crs);
      this.#etags.set(id, etag);
      draft.edit(feature);
      return true;
    } catch (error) {
      notices.trouble(error);
      return false;
    }
  }

  async #create(feature: Route): Promise<Route> {
    return this.#landed(await client.createRoute(feature, settings.crs, client.uuid()));
  }

  async #replace(id: string, feature: Route): Promise<Route> {
    const etag = this.#etags.get(id) ?? client.etagOf(draft.shape.base ?? feature);
    return this.#landed(await client.replaceRoute(id, feature, settings.crs, etag, client.uuid()));
  }

  #landed(stored: client.Stored): Route {
    this.#etags.set(String(stored.feature.id), stored.etag);
    routes.put(stored.feature);
    return stored.feature;
  }

  async #remove(id: string): Promise<void> {
    await client.deleteRoute(id, settings.crs, this.#etags.get(id) ?? '*');
    routes.drop(id);
  }

  /** Save the draft; true when it is on the server's disk. */
  async save(): Promise<boolean> {
    draft.finish();
    const before = draft.shape;
    const why = unready(before);
    if (why) {
      notices.say('trouble', t(why));
      return false;
    }
    this.busy = true;
    try {
      const saved = await (before.base ? this.#replace(String(before.base.id), featureOf(before)) : this.#create(featureOf(before)));
      this.#record(before, saved);
      notices.say('done', t('saved'));
      return true;
    } catch (error) {
      await this.#refused(error, before);
      return false;
    } finally {
      this.busy = false;
    }
  }

  #record(before: DraftShape, saved: Route): void {
    const id = String(saved.id);
    const after: DraftShape = { ...before, mode: 'edit', base: saved, properties: { ...saved.properties } };
    const now = draft.shape;
    if (now === before) draft.put(after);
    // The user went on while the answer was under way: what was done since stays, on the saved version.
    else if (now.mode !== 'browse' && now.base === before.base) draft.put({ ...now, base: saved });
    steps.push({
      label: 'act_save',
      undo: () =>
        draft.backTo(before, () =>
          before.base
            ? this.#replace(id, featureOf({ ...after, parts: partsOf(before.base.geometry), properties: before.base.properties }))
            : this.#remove(id),
        ),
      redo: async () => {
        const again = before.base ? await this.#replace(id, featureOf(after)) : await this.#create(featureOf(after));
        draft.put({ ...after, base: again });
      },
    });
  }

  async #refused(error: unknown, mine: DraftShape): Promise<void> {
    draft.faulty = faultyVertices(error);
    const id = mine.base?.id;
    if (error instanceof ProblemError && id !== undefined && (error.status === 412 || error.status === 404)) {
      this.conflict = { theirs: await this.#theirs(String(id), error), mine };
      return;
    }
    notices.trouble(error);
  }

  async #theirs(id: string, error: ProblemError): Promise<Route | null> {
    try {
      return error.status === 404 ? null : (await client.route(id, settings.crs)).feature;
    } catch {
      return (error.problem.current as Route | undefined) ?? null;
    }
  }

  /** Somebody else works at the page: what others have saved is not shown to this one. */
  forget(): void {
    this.conflict = null;
    this.#etags.clear();
  }

  takeTheirs(): void {
    const { theirs, mine } = this.conflict!;
    this.conflict = null;
    if (!theirs) return draft.close();
    this.#etags.set(String(theirs.id), client.etagOf(theirs));
    routes.put(theirs);
    draft.edit(theirs);
    const after = draft.shape;
    steps.push({ label: 'act_theirs', undo: () => draft.put({ ...mine, base: theirs }), redo: () => draft.put(after) });
  }

  /** Mine stays: save again, now against their revision (or as a new route, when theirs is gone). */
  async keepMine(): Promise<boolean> {
    const { theirs, mine } = this.conflict!;
    this.conflict = null;
    if (theirs) this.#etags.set(String(theirs.id), client.etagOf(theirs));
    draft.put({ ...mine, base: theirs });
    return this.save();
  }

  async remove(): Promise<void> {
    const { base } = draft.shape;
    if (!base) return draft.close();
    const id = String(base.id);
    const shape = draft.shape;
    this.busy = true;
    try {
      await this.#remove(id);
      draft.close();
      steps.push({
        label: 'act_delete',
        undo: async () => {
          const again = await this.#create(base);
          draft.put({ ...shape, base: again });
        },
        redo: async () => {
          await this.#remove(id);
          draft.close();
        },
      });
      notices.say('done', t('deleted'));
    } catch (error) {
      await this.#refused(error, shape);
    } finally {
      this.busy = false;
    }
  }
}


export const saving = new Saving();
