import * as client from '../api/client';
import type { Feature, RouteProperties } from '../api/types';
import { notices } from './notices.svelte';
import { settings } from './settings.svelte';

export type RouteFeature = Feature<RouteProperties>;
export type RouteEvent = { kind: 'put'; feature: RouteFeature } | { kind: 'gone'; id: string } | { kind: 'reload' };

/** More rows than this are no list to read; the map shows the rest. */
export const MOST_LISTED = 2000;
const MOST_FOUND = 200;

/** The planned routes as a list; the map listens to what changes. */
class Routes {
  list = $state.raw<readonly RouteFeature[]>([]);
  more = $state(false);
  loading = $state(true);
  byId = $derived(new Map(this.list.map((route) => [String(route.id), route])));
  #asked = '';
  #listeners = new Set<(event: RouteEvent) => void>();

  on(listener: (event: RouteEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(event: RouteEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  async load(): Promise<void> {
    this.loading = true;
    try {
      const page = await client.items('routes', settings.crs, null, MOST_LISTED);
      this.list = page.features as RouteFeature[];
      this.more = page.more;
    } catch (error) {
      notices.trouble(error);
    } finally {
      this.loading = false;
    }
  }

  /** What the server finds beyond the listed ones; the newest question wins. */
  async search(text: string): Promise<void> {
    this.#asked = text;
    try {
      const found = await client.findRoutes(text, settings.crs, MOST_FOUND);
      if (this.#asked !== text) return;
      const known = new Set(this.list.map((route) => String(route.id)));
      this.list = [...this.list, ...found.filter((route) => !known.has(String(route.id)))];
    } catch (error) {
      notices.trouble(error);
    }
  }

  /** Somebody else has signed in: what was told to the one before is not shown to this one. */
  forget(): void {
    this.list = [];
    this.more = false;
    this.loading = true;
  }

  put(feature: RouteFeature): void {
    const id = String(feature.id);
    const at = this.list.findIndex((route) => String(route.id) === id);
    this.list = at < 0 ? [feature, ...this.list] : this.list.map((route, i) => (i === at ? feature : route));
    this.#tell({ kind: 'put', feature });
  }

  drop(id: string): void {
    this.list = this.list.filter((route) => String(route.id) !== id);
    this.#tell({ kind: 'gone', id });
  }

  /** Somebody else may have worked meanwhile: fetch list and map again. */
  async refresh(): Promise<void> {
    await this.load();
    this.#tell({ kind: 'reload' });
  }
}

export const routes = new Routes();
