import type { Feature, MendShape, RouteProperties } from '../api/types';
import { isDirty, NOTHING, partsOf, type DraftShape, type Mode } from '../editing/draft';
import { coversAfter } from '../editing/covers';
import * as change from '../editing/parts';
import type { Parts, VertexRef } from '../editing/parts';
import { mended } from '../findings/mend';
import type { Point } from '../geometry/points';
import type { Snap } from '../geometry/snapping';
import type { Word } from '../i18n/dictionary';
import { steps } from './history.svelte';
import { session } from './session.svelte';

/** Where an unsaved draft is kept; each person has a place of its own, so that nobody is shown another's. */
const keptKey = (whose: string): string => (whose === '' ? 'cotrench.draft' : `cotrench.draft.${whose}`);

/** The draft, what the pointer does to it at this moment, and every change of it as an undoable step. */
class DraftState {
  shape = $state.raw<DraftShape>(NOTHING);
  /** Where the pointer would land now; null when it is not over the map. */
  hover = $state.raw<Snap | null>(null);
  /** The line while a vertex is being dragged. */
  preview = $state.raw<Parts | null>(null);
  selected = $state.raw<VertexRef | null>(null);
  lockedLength = $state<number | null>(null);
  lockedAngle = $state<number | null>(null);
  /** Vertices that the server complained about, to be flashed. */
  faulty = $state.raw<readonly number[]>([]);
  /** Id of who works at the page; empty: nobody who signed in. */
  #whose = '';

  dirty = $derived(isDirty(this.shape));
  /** Whether who is signed in may look at this line and no more. */
  fixed = $derived(!session.mayDraw(this.shape.base ? (this.shape.base.properties.operator ?? null) : undefined));
  /** The line as it stands, with the rubber band: this is measured and drawn. */
  shown = $derived.by<Parts>(() => {
    if (this.preview) return this.preview;
    const { mode, parts } = this.shape;
    return mode === 'draw' && this.hover && parts.length > 0 ? change.append(parts, this.hover.at) : parts;
  });

  /** Whether the line still follows the pointer. */
  moving = $derived(this.preview !== null || this.shown !== this.shape.parts);

  get mode(): Mode {
    return this.shape.mode;
  }

  get parts(): Parts {
    return this.shape.parts;
  }

  get id(): string | null {
    const id = this.shape.base?.id;
    return id === undefined ? null : String(id);
  }

  /** Begin a new line; attributes that rarely change from line to line are carried over. */
  begin(utility: string, operator: string | null = null): void {
    const properties: RouteProperties = { utility, drawn_by: 'drawn', ...(operator ? { operator } : {}) };
    this.put({ mode: 'draw', parts: [], properties, base: null, typed: true });
  }

  edit(feature: Feature<RouteProperties>): void {
    const typed = feature.properties.drawn_by === 'typed';
    this.put({ mode: 'edit', parts: partsOf(feature.geometry), properties: { ...feature.properties }, base: feature, typed });
  }

  close(): void {
    this.put(NOTHING);
  }

  /** Set everything at once, without a step: opening, closing, undoing. */
  put(shape: DraftShape): void {
    this.#show(shape);
    this.#keep();
  }

  #show(shape: DraftShape): void {
    this.shape = shape;
    this.preview = null;
    this.selected = null;
    this.faulty = [];
    this.unlock();
    if (shape.mode !== 'draw') this.hover = null;
  }

  /** Somebody else works at the page: what another has drawn waits for that one, what nobody has becomes the newcomer's. */
  handOver(whose: string): void {
    const before = this.#whose;
    this.#whose = whose;
    if (this.dirty && before === whose) return;
    const { shape } = this;
    const taken = this.dirty && before === '' && this.#kept() === null;
    this.#show(taken ? shape : NOTHING);
    if (!taken) return;
    this.#keep();
    this.#keep(NOTHING, before);
  }

  unlock(): void {
    this.lockedLength = null;
    this.lockedAngle = null;
  }

  /** Replace the shape as one undoable step. */
  step(label: Word, next: DraftShape, merge?: string): void {
    const before = this.shape;
    this.shape = next;
    this.preview = null;
    this.faulty = [];
    this.#keep();
    steps.push({ label, ...(merge ? { merge } : {}), undo: () => this.put(before), redo: () => this.put(next) });
  }

  #line(label: Word, parts: Parts, typed: boolean): void {
    if (parts === this.shape.parts) return;
    const allTyped = this.shape.typed && typed;
    const by = this.shape.properties.drawn_by;
    const automatic = by === 'drawn' || by === 'typed';
    const covers = this.shape.properties.covers_m;
    const properties = {
      ...this.shape.properties,
      ...(automatic ? { drawn_by: allTyped ? 'typed' : 'drawn' } : {}),
      ...(covers ? { covers_m: coversAfter(covers, this.parts, parts) } : {}),
    };
    this.step(label, { ...this.shape, parts, properties, typed: allTyped });
  }

  append(point: Point, typed = false): void {
    this.#line('act_point', change.append(this.parts, point), typed);
    this.unlock();
  }

  move(ref: VertexRef, point: Point, typed = false): void {
    this.#line('act_move', change.move(this.parts, ref, point), typed);
  }

  insert(ref: VertexRef, point: Point, typed = false): void {
    this.#line('act_insert', change.insert(this.parts, ref, point), typed);
    this.selected = ref;
  }

  remove(ref: VertexRef): void {
    const shorter = change.remove(this.parts, ref, this.mode === 'draw');
    if (shorter.length === 0 && this.mode === 'edit') return;
    this.#line('act_remove', shorter, true);
    this.selected = null;
  }

  removeLast(): void {
    const part = this.parts.length - 1;
    if (part >= 0) this.remove({ part, index: this.parts[part]!.length - 1 });
  }

  reverse(): void {
    this.#line('act_reverse', change.reverse(this.parts), true);
  }

  set(field: keyof RouteProperties & string, value: string | number | null): void {
    if ((this.shape.properties[field] ?? null) === value) return;
    const properties = { ...this.shape.properties, [field]: value };
    this.step('act_attribute', { ...this.shape, properties }, `attribute:${field}`);
  }

  /** What one click of a finding's mend does: line and attributes at once. */
  mend(mend: MendShape): void {
    this.hover = null;
    this.unlock();
    this.step('act_mend', mended(this.shape, mend));
    this.selected = null;
  }

  /** Set several attributes as one step; they belong together as the two ways to state a cover do. */
  setAll(values: Partial<RouteProperties>, merge: string): void {
    this.step('act_attribute', { ...this.shape, properties: { ...this.shape.properties, ...values } }, `attribute:${merge}`);
  }

  /** Drawing is over; the line stays open for editing. A line of one point is nothing. */
  finish(): void {
    if (this.mode !== 'draw') return;
    this.hover = null;
    this.unlock();
    if (change.isLine(this.parts)) this.shape = { ...this.shape, mode: 'edit' };
    else this.put(NOTHING);
    this.#keep();
  }

  /** Go back to an unsaved shape that the server has to give up first: kept before it is asked, so that leaving the page meanwhile loses nothing. */
  async backTo(unsaved: DraftShape, given: () => Promise<unknown>): Promise<void> {
    this.#keep(unsaved);
    try {
      await given();
    } catch (error) {
      this.#keep();
      throw error;
    }
    this.put(unsaved);
  }

  /** An unsaved draft outlives a reload and a crash of the browser; a clean one leaves nothing behind. */
  #keep(shape = this.shape, whose = this.#whose): void {
    try {
      if (isDirty(shape)) localStorage.setItem(keptKey(whose), JSON.stringify(shape));
      else localStorage.removeItem(keptKey(whose));
    } catch {
      // No storage: the warning before leaving the page still protects the draft.
    }
  }

  #kept(): DraftShape | null {
    try {
      const kept = JSON.parse(localStorage.getItem(keptKey(this.#whose)) ?? 'null') as DraftShape | null;
      return kept && Array.isArray(kept.parts) && isDirty(kept) ? kept : null;
    } catch {
      return null;
    }
  }

  /** Bring back what was kept for who works at the page; true when there was something. */
  restore(): boolean {
    const kept = this.#kept();
    if (kept) this.put({ ...kept, mode: change.isLine(kept.parts) ? 'edit' : 'draw' });
    return kept !== null;
  }
}

export const draft = new DraftState();
