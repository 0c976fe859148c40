import { uuid } from '../api/client';
import * as client from '../api/layers';
import type { LayerChange, LayerDifferences, LayersWritten } from '../api/layers';
import { ProblemError } from '../api/problem';
import { routes } from './routes.svelte';
import { settings } from './settings.svelte';

/** Whether a change may be accepted with many others: nobody edited the same meanwhile, and nothing is in the way. */
const isPlain = ({ conflict, errors }: LayerChange): boolean => !conflict && errors.length === 0;

function byLayer(changes: readonly LayerChange[]): Map<string, LayerChange[]> {
  const groups = new Map<string, LayerChange[]>();
  for (const change of changes) groups.set(change.layer, [...(groups.get(change.layer) ?? []), change]);
  return groups;
}

/** Layers of a visit that came back: the changes in them, those that are chosen, and what became of them. */
class VisitLayers {
  visit = $state('');
  /** Name of the file that was compared. */
  named = $state('');
  told = $state.raw<LayerDifferences | null>(null);
  /** Ids of the changes that are to be accepted. */
  chosen = $state.raw<ReadonlySet<string>>(new Set());
  /** The change that the map shows. */
  lit = $state.raw<LayerChange | null>(null);
  written = $state.raw<LayersWritten | null>(null);
  busy = $state(false);
  refused = $state.raw<unknown>(null);
  #file: Blob | null = null;
  /** Sent again after no answer came, it is the same request; after an answer it is another one. */
  #key = uuid();

  /** Changes by layer, in the order of the file. */
  groups = $derived(byLayer(this.told?.changes ?? []));
  plain = $derived((this.told?.changes ?? []).filter(isPlain));

  /** Begin with a visit; what was shown of another one is put away. */
  open(visit: string): void {
    if (visit === this.visit) return;
    this.close();
    this.visit = visit;
  }

  close(): void {
    this.visit = this.named = '';
    this.told = this.lit = this.written = null;
    this.chosen = new Set();
    this.refused = null;
    this.busy = false;
    this.#file = null;
  }

  async compare(file: File): Promise<void> {
    this.written = null;
    this.named = file.name;
    this.#file = file;
    await this.#again();
  }

  async #again(): Promise<void> {
    const [visit, file] = [this.visit, this.#file];
    if (!file) return;
    const isWanted = (): boolean => this.visit === visit && this.#file === file;
    this.busy = true;
    this.refused = null;
    this.lit = null;
    try {
      const told = await client.compareLayers(visit, file, settings.crs);
      if (!isWanted()) return;
      this.told = told;
      this.chosen = new Set();
    } catch (error) {
      if (!isWanted()) return;
      this.told = null;
      this.refused = error;
    } finally {
      if (isWanted()) this.busy = false;
    }
  }

  choose(id: string, yes: boolean): void {
    const chosen = new Set(this.chosen);
    if (yes) chosen.add(id);
    else chosen.delete(id);
    this.chosen = chosen;
  }

  /** Choose all that nobody else has edited; conflicts are chosen one by one. */
  choosePlain(): void {
    this.chosen = new Set([...this.chosen, ...this.plain.map(({ id }) => id)]);
  }

  chooseNone(): void {
    this.chosen = new Set();
  }

  async accept(): Promise<void> {
    const { visit, told } = this;
    if (!told || !this.#file || this.chosen.size === 0) return;
    const lines = told.changes.map(({ id }) => id).filter((id) => this.chosen.has(id));
    this.busy = true;
    this.refused = null;
    try {
      const written = await client.acceptLayers(visit, told.digest, lines, this.#file, this.#key);
      this.#key = uuid();
      if (this.visit !== visit) return;
      this.written = written;
      await this.#again();
      if (written.written.some(({ layer }) => layer === 'routes')) await routes.refresh();
    } catch (error) {
      if (error instanceof ProblemError) this.#key = uuid();
      if (this.visit === visit) this.refused = error;
    } finally {
      if (this.visit === visit) this.busy = false;
    }
  }
}

export const visitLayers = new VisitLayers();
