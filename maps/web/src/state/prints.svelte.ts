import { tick } from 'svelte';
import { readingOf } from '../access/rights';
import * as client from '../api/client';
import type { PrintChoices, PrintPaperShape, PrintRequest } from '../api/types';
import { language, t } from '../i18n/language.svelte';
import { fileName, frameOf, scaleSeen, type Box } from '../printing/frame';
import type { Point } from '../geometry/points';
import { draft } from './draft.svelte';
import { keep } from './keep';
import { session } from './session.svelte';
import { settings } from './settings.svelte';
import { Turns } from './turns';

/** What is printed: the sheet in the middle of the map, all that is seen, or the route that is open. */
export type PrintArea = 'frame' | 'window' | 'route';

/** A print as it is being chosen, and its preview. */
class Prints {
  open = $state(false);
  choices = $state.raw<PrintChoices | null>(null);
  area = $state<PrintArea>('frame');
  paper = $state<PrintPaperShape['paper']>('a3');
  orientation = $state<PrintPaperShape['orientation']>('landscape');
  scale = $state<number | 'fit'>('fit');
  title = $state('');
  note = $state('');
  findings = $state(false);
  layers = $state<Record<string, boolean>>({});
  preview = $state<{ readonly address: string; readonly sheets: number } | null>(null);
  busy = $state(false);
  error = $state.raw<unknown>(null);
  /** What the map shows beside the panels, and its middle; told by the map. */
  seen: () => { readonly centre: Point; readonly extent: Box } | null = () => null;

  /** Another one with each print that is asked for, and with none: a preview that comes after that is for nobody. */
  readonly #turns = new Turns();

  readonly #room = $derived(this.choices?.papers.find((one) => one.paper === this.paper && one.orientation === this.orientation) ?? null);

  /** Layers that can be printed and may be looked at, those on top first. */
  readonly offered = $derived([...settings.layers].reverse().filter((layer) => this.choices?.layers.includes(layer.key) && session.can(readingOf(layer.key))));

  /** The sheet on the ground, as wide and tall as it is in metres; null where no sheet is in the middle of the map. */
  readonly ground = $derived.by((): readonly [number, number] | null => {
    if (!this.open || this.area !== 'frame' || !this.#room || this.scale === 'fit') return null;
    const [west, south, east, north] = frameOf(this.#room, this.scale, [0, 0]);
    return [east - west, north - south];
  });

  async begin(): Promise<void> {
    settings.layersOpen = false;
    this.open = true;
    this.error = null;
    this.layers = Object.fromEntries(settings.layers.map((layer) => [layer.key, settings.visible[layer.key] ?? true]));
    this.area = draft.id ? 'route' : 'frame';
    try {
      this.choices ??= await client.printChoices();
      // The map tells what it shows once the panel has taken its room.
      await tick();
      this.suit();
    } catch (error) {
      this.error = error;
    }
  }

  /** Choose the scale anew where the one that is chosen does not suit the area: a sheet that is seen as a whole, or one that holds everything. */
  suit(): void {
    if (this.area !== 'frame') this.scale = 'fit';
    else if (this.#room && this.choices) this.scale = scaleSeen(this.#room, this.choices.scales, this.seen()?.extent ?? [0, 0, 0, 0]);
  }

  close(): void {
    this.#turns.begin();
    this.open = false;
    this.hidePreview();
  }

  /** Somebody else works at the page. */
  forget(): void {
    this.close();
    this.choices = null;
    this.title = this.note = '';
  }

  hidePreview(): void {
    if (this.preview) URL.revokeObjectURL(this.preview.address);
    this.preview = null;
  }

  async look(): Promise<void> {
    const made = await this.#make('png');
    if (!made?.isLast()) return;
    this.hidePreview();
    this.preview = { address: URL.createObjectURL(made.file), sheets: made.sheets };
  }

  async save(): Promise<void> {
    const made = await this.#make('pdf');
    if (made) keep(made.file, fileName(this.title || t('print_title_usual', { county: language.pick(settings.county?.name_zh, settings.county?.name_en) })));
  }

  async #make(kind: 'pdf' | 'png'): Promise<(client.MapPrint & { readonly isLast: () => boolean }) | null> {
    const request = this.#request();
    if (!request) return null;
    const isLast = this.#turns.begin();
    this.busy = true;
    this.error = null;
    try {
      return { ...(await client.printMap(request, kind)), isLast };
    } catch (error) {
      if (isLast()) this.error = error;
      return null;
    } finally {
      this.busy = false;
    }
  }

  #request(): PrintRequest | null {
    const where = this.#where();
    if (!where) return null;
    const layers = this.offered.filter((layer) => this.layers[layer.key]).map((layer) => layer.key).reverse();
    return {
      ...where,
      layers,
      paper: this.paper,
      orientation: this.orientation,
      scale: this.scale,
      language: language.now,
      findings: this.findings,
      ...(this.title.trim() ? { title: this.title.trim() } : {}),
      ...(this.note.trim() ? { note: this.note.trim() } : {}),
    };
  }

  #where(): Pick<PrintRequest, 'bbox' | 'bbox_crs' | 'selection'> | null {
    if (this.area === 'route') return draft.id ? { selection: { routes: [draft.id] } } : null;
    const seen = this.seen();
    const framed = this.#room && this.scale !== 'fit' && seen ? frameOf(this.#room, this.scale, seen.centre) : null;
    const box = this.area === 'frame' ? framed : (seen?.extent ?? null);
    return box && { bbox: [...box], bbox_crs: settings.crs };
  }
}

export const prints = new Prints();
