import type { Parts } from '../editing/parts';
import { uuid } from '../api/client';
import { samePlace, toMillimetre, type Point } from '../geometry/points';
import { planned, put, surveyed, without, type Place, type SiteLine, type SiteVertex } from '../onsite/lines';
import { onsite } from './onsite.svelte';

interface LineDraft {
  readonly route: string | null;
  readonly line: SiteLine;
  readonly note: string;
}

/** What is staked out, measured and drawn at this moment. A line that is being measured is on the device after every point. */
class SiteTools {
  /** The route whose chainages count; null: a point alone. */
  stakeRoute = $state<string | null>(null);
  target = $state.raw<Point | null>(null);
  /** Whose vertex the target is, from nought; null: another place. */
  vertex = $state<number | null>(null);

  measured = $state.raw<readonly Point[]>([]);

  lineRoute = $state<string | null>(null);
  line = $state.raw<SiteLine>([]);
  /** The vertex that is measured next; null: a new one at the end. */
  place = $state.raw<Place | null>(null);
  note = $state('');
  #before: SiteLine[] = [];
  #turn: Promise<unknown> = Promise.resolve();
  undoable = $state(false);

  routes = $derived((onsite.layers?.features['routes'] ?? []).map(({ id, properties }) => ({ id: String(id), name: typeof properties['name'] === 'string' ? properties['name'] : '' })));

  /** The line of a route as it was taken along. */
  partsOf(id: string | null): Parts {
    const geometry = onsite.layers?.features['routes']?.find((route) => String(route.id) === id)?.geometry;
    if (geometry?.type === 'LineString') return [geometry.coordinates as Point[]];
    return geometry?.type === 'MultiLineString' ? (geometry.coordinates as Point[][]) : [];
  }

  stakeOut(target: Point, route: string | null = this.stakeRoute): void {
    const at = this.partsOf(route).flat().findIndex((point) => samePlace(point, target));
    this.stakeRoute = route;
    this.target = target;
    this.vertex = at < 0 ? null : at;
    onsite.sheet = 'stake';
  }

  endStaking(): void {
    this.target = null;
    this.vertex = null;
    this.stakeRoute = null;
  }

  addMeasured(at: Point): void {
    this.measured = [...this.measured, toMillimetre(at)];
  }

  // ------------------------------------------------------------------------------------------------------------ a line

  get #key(): string {
    return `line:${onsite.id ?? ''}`;
  }

  /** Where a restart left a line half measured, it goes on there. */
  async restore(): Promise<void> {
    await this.#next(async () => {
      const draft = await onsite.store.draft<LineDraft>(this.#key);
      this.#become(draft?.line ?? [], draft?.route ?? null, draft?.note ?? '');
    });
  }

  #become(line: SiteLine, route: string | null, note: string): void {
    this.line = line;
    this.lineRoute = route;
    this.note = note;
    this.#before = [];
    this.undoable = false;
    this.place = route !== null && line.length > 0 ? { part: 0, index: 0, insert: false } : null;
  }

  async begin(route: string | null): Promise<void> {
    await this.#next(async () => {
      const line = route === null ? [] : planned(this.partsOf(route));
      await this.#save({ line, route, note: '' });
      this.#become(line, route, '');
    });
  }

  /** One change after the other, each on the device before it is seen; null where the device refused, which is told. */
  #next<T>(work: () => Promise<T>): Promise<T | null> {
    const turn = this.#turn
      .then(() => {
        onsite.failure = null;
        return work();
      })
      .catch((error: unknown) => {
        onsite.failure = error;
        return null;
      });
    this.#turn = turn;
    return turn;
  }

  #save(draft: LineDraft): Promise<void> {
    // What the device did not keep stays on the table, and that it did not is told.
    return onsite.store.putDraft(this.#key, draft).catch((error: unknown) => void (onsite.failure = error));
  }

  async saveNote(): Promise<void> {
    await this.#next(() => this.#save({ line: this.line, route: this.lineRoute, note: this.note }));
  }

  async #change(line: SiteLine): Promise<void> {
    await this.#save({ line, route: this.lineRoute, note: this.note });
    this.#before.push(this.line);
    this.undoable = true;
    this.line = line;
  }

  /** Put a vertex where the next one belongs, and go on to the one after it. */
  async put(vertex: SiteVertex): Promise<void> {
    await this.#next(async () => {
      const { place } = this;
      const longer = put(this.line, vertex, place);
      if (longer === this.line) return;
      await this.#change(longer);
      if (place) this.place = this.#after(longer, place);
    });
  }

  #after(line: SiteLine, { part, index, insert }: Place): Place | null {
    if (index + 1 < line[part]!.length) return { part, index: index + 1, insert };
    return part + 1 < line.length ? { part: part + 1, index: 0, insert } : { part, index, insert };
  }

  step(by: 1 | -1): void {
    const all = this.line.flatMap((part, p) => part.map((_, index) => ({ part: p, index })));
    const at = this.place ? all.findIndex(({ part, index }) => part === this.place!.part && index === this.place!.index) : all.length;
    const next = all[Math.min(all.length - 1, Math.max(0, at + by))];
    this.place = next ? { ...next, insert: this.place?.insert ?? false } : null;
  }

  async remove(): Promise<void> {
    await this.#next(async () => {
      const { place } = this;
      if (!place) return;
      const shorter = without(this.line, place);
      await this.#change(shorter);
      const part = Math.min(place.part, shorter.length - 1);
      this.place = shorter.length === 0 ? null : { part, index: Math.min(place.index, shorter[part]!.length - 1), insert: false };
    });
  }

  async undo(): Promise<void> {
    await this.#next(async () => {
      const before = this.#before.at(-1);
      if (!before) return;
      await this.#save({ line: before, route: this.lineRoute, note: this.note });
      this.#before.pop();
      this.line = before;
      this.undoable = this.#before.length > 0;
      if (this.place && !before[this.place.part]?.[this.place.index]) this.place = null;
    });
  }

  /** Keep the line as measured; false: the device did not. */
  async keepLine(): Promise<boolean> {
    const kept = await this.#next(async () => {
      const data = surveyed(this.line, this.lineRoute, onsite.pack!.crs, this.note);
      const done = await onsite.keep([{ content: { id: uuid(), kind: 'surveyed', data } }], { key: this.#key, left: null });
      if (done) this.#become([], null, '');
      return done;
    });
    return kept === true;
  }

  async dropLine(): Promise<void> {
    await this.#next(async () => {
      await onsite.store.dropDraft(this.#key);
      this.#become([], null, '');
    });
  }
}

export const tools = new SiteTools();
